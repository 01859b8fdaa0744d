"""Events and conditions beside those of the real kube-scheduler, for like pods."""

import json
import time
import unittest

from support.cluster import ClusterTest
from support.pods import container, pod
from support.wait import wait_until

import api  # from test/controlplane
from processes import Process, free_ports

OURS, KUBE = "neuron-scheduler", "default-scheduler"
# Pods have the scheduler's name in their own: what else differs is a finding.
SCHEDULERS = (OURS, KUBE)
# Each has a node of its own, and its large pods ask for this many cpus. Not as many: kube-scheduler also tries again
# when a node grows on which the pod may not go, if it is large enough. Ours never is.
LARGE = {OURS: 2, KUBE: 50}


class EventsBesideKubeScheduler(ClusterTest):
    def setUp(self):
        super().setUp()
        self.node_of_scheduler = dict(zip(SCHEDULERS, self.plane.make_nodes("m5.xlarge", 2)))
        self.cpu = dict.fromkeys(SCHEDULERS, 0)
        self.rivals = 0
        self.raise_cpu(dict.fromkeys(SCHEDULERS, 1))
        self._start_kube_scheduler()
        self.scheduler()

    def _start_kube_scheduler(self):
        """Without preemption and resource claims: their part of the message is not built here."""
        off = {"disabled": [{"name": "DefaultPreemption"}, {"name": "DynamicResources"}]}
        config = self.plane.dir / "kube-scheduler.json"
        config.write_text(json.dumps({
            "apiVersion": "kubescheduler.config.k8s.io/v1", "kind": "KubeSchedulerConfiguration",
            "leaderElection": {"leaderElect": False},
            "clientConnection": {"kubeconfig": str(self.plane.admin_kubeconfig)},
            "profiles": [{"schedulerName": KUBE, "plugins": {"multiPoint": off}}]}), encoding="utf-8")
        process = Process("kube-scheduler",
                          [self.plane.bin / "kube-scheduler", "--config", config, "--bind-address=127.0.0.1",
                           f"--secure-port={free_ports(1)[0]}"], self.plane.dir / "kube-scheduler.log")
        self.addCleanup(process.kill)

    def create_pair(self, name, cpu=None, **spec):
        self.create(*(self.pod_for(scheduler, f"{name}-{scheduler}", cpu, **spec) for scheduler in SCHEDULERS))

    def pod_for(self, scheduler, name, cpu=None, **spec):
        """A large one, if nothing else is said."""
        return pod(name, container(resources={"cpu": cpu or str(LARGE[scheduler])}), scheduler=scheduler,
                   nodeSelector={"kubernetes.io/hostname": self.node_of_scheduler[scheduler]}, **spec)

    def raise_cpu(self, by):
        for scheduler, node in self.node_of_scheduler.items():
            self.cpu[scheduler] += by[scheduler]
            cpu = {"cpu": str(self.cpu[scheduler])}
            self.client.patch("nodes", node, {"status": {"allocatable": cpu, "capacity": cpu}}, sub="status")

    def try_again(self):
        """Both schedulers try their large pod again, in vain: the node grows enough for it, but a rival of higher
        priority waits for that, too. (To ours, more cpu that would not do is no reason to try again.)"""
        self.rivals += 1
        name = f"rival{self.rivals}"
        self.create_pair(name, priorityClassName="system-cluster-critical")
        for scheduler in SCHEDULERS:
            self.wait_refused(f"{name}-{scheduler}", "Insufficient cpu")
        # Whoever is in backoff would come after those who are not, whatever their priority: a rival for 1 s. And
        # watches of pods are not in step with those of nodes: conditions that were written must have been seen.
        time.sleep(2.5)
        self.raise_cpu(LARGE)
        self.wait_bound(*(f"{name}-{scheduler}" for scheduler in SCHEDULERS))

    def wait_events(self, name, count):
        wait_until(lambda: all(len(self.events(f"{name}-{scheduler}")) == count for scheduler in SCHEDULERS), 60,
                   lambda: f"{count} events of each {name}: {self.told(name)}")

    def wait_series(self, name, count):
        def counted(scheduler):
            return any(event.get("series", {}).get("count") == count
                       for event in self.events(f"{name}-{scheduler}"))
        wait_until(lambda: all(counted(scheduler) for scheduler in SCHEDULERS), 60,
                   lambda: f"a series of {count} of each {name}: {self.told(name)}")

    def told(self, name):
        return [[(event["metadata"]["name"], event["note"], event.get("series"), event["regarding"])
                 for event in self.events(f"{name}-{scheduler}")] for scheduler in SCHEDULERS]

    def comparable(self, name, scheduler):
        """The events of one pod, oldest first, without what must differ: times, uids, versions."""
        made = self.pod(f"{name}-{scheduler}")
        versions = {}
        result = []
        for event in sorted(self.events(f"{name}-{scheduler}"), key=lambda each: each["eventTime"]):
            prefix, _, stamp = event["metadata"].pop("name").rpartition(".")
            self.assertRegex(stamp, r"\A1[0-9a-f]{15}\Z")
            for key in ("uid", "resourceVersion", "creationTimestamp", "managedFields"):
                del event["metadata"][key]
            self.assertRegex(event.pop("eventTime"), r"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z\Z")
            self.assertEqual(event["regarding"].pop("uid"), made["metadata"]["uid"])
            # The same version gets the same number: 0 for the first one named.
            version = event["regarding"]["resourceVersion"]
            event["regarding"]["resourceVersion"] = versions.setdefault(version, len(versions))
            if "series" in event:
                self.assertRegex(event["series"].pop("lastObservedTime"), r"\.\d{6}Z\Z")
            result.append({"prefix": prefix, **event})
        text = json.dumps(result).replace(scheduler, "SCHEDULER").replace(self.node_of_scheduler[scheduler], "NODE")
        return json.loads(text)

    def assert_equal_events(self, name):
        """Equal; returns them."""
        ours, theirs = (self.comparable(name, scheduler) for scheduler in SCHEDULERS)
        self.maxDiff = None
        self.assertEqual(ours, theirs)
        return ours

    def assert_equal_conditions(self, name):
        ours, theirs = (self.condition(f"{name}-{scheduler}") for scheduler in SCHEDULERS)
        for condition in (ours, theirs):
            self.assertRegex(condition.pop("lastTransitionTime", ""), r"Z\Z")
        self.assertEqual(ours, theirs)

    def fail_twice(self, name):
        """Two attempts at each pod of a pair: at the pod as created, and as it is with its condition."""
        self.create_pair(name)
        self.wait_events(name, 1)
        for scheduler in SCHEDULERS:
            self.wait_refused(f"{name}-{scheduler}", "Insufficient cpu")
        self.try_again()
        self.wait_events(name, 2)

    def test_an_unschedulable_pod(self):
        self.fail_twice("waits")
        self.try_again()
        self.wait_series("waits", 2)
        first, second = self.assert_equal_events("waits")
        self.assertEqual(first["note"], "0/2 nodes are available: 1 Insufficient cpu, "
                                        "1 node(s) didn't match Pod's node affinity/selector.")
        self.assertNotIn("series", first)
        self.assertEqual(second["series"], {"count": 2})
        self.assertNotEqual(first["regarding"]["resourceVersion"], second["regarding"]["resourceVersion"])
        self.assert_equal_conditions("waits")
        # One patch of each condition was enough, and each version named in the events was a real one.
        self.assertEqual(len(self.requests_of_scheduler_for("waits-" + OURS, "status")), 1)
        self.assert_no_forbidden()

    def requests_of_scheduler_for(self, name, subresource):
        return [event for event in self.requests_of_scheduler()
                if {"name": name, "subresource": subresource}.items() <= (event.get("objectRef") or {}).items()]

    def test_an_event_that_was_deleted_comes_back(self):
        self.fail_twice("waits")
        self.client.request("DELETE", api.path_of("events", "default"))
        self.assertEqual(self.events("waits-" + OURS), [])
        self.try_again()
        self.wait_series("waits", 2)
        [event] = self.assert_equal_events("waits")
        self.assertEqual(event["series"], {"count": 2})

    def test_a_pod_that_is_bound(self):
        self.create_pair("fits", "100m")
        self.wait_bound(*(f"fits-{scheduler}" for scheduler in SCHEDULERS))
        self.wait_events("fits", 1)
        [event] = self.assert_equal_events("fits")
        self.assertEqual((event["type"], event["reason"], event["action"]), ("Normal", "Scheduled", "Binding"))

    def test_a_namespace_that_ends_takes_no_events(self):
        """Refused for good: given up, counted, and the scheduler goes on."""
        self.client.create("namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {
            "name": "ending"}, "spec": {}})
        self.client.create("pods", self.pod_for(OURS, "waits", namespace="ending"), "ending")
        wait_until(lambda: self.client.list("events", "ending")[0], 30, "the first event")
        self.client.request("DELETE", api.path_of("namespaces", None, "ending"))
        self.try_again()
        ours = self._schedulers[0]
        wait_until(lambda: ours.metric("neuron_scheduler_writes_dropped_total", write="event") >= 1, 30,
                   lambda: "an event to be given up in:\n" + ours.get("/metrics")[1])
        self.client.delete("pods", "waits", "ending")
        self.create_pair("fits", "100m")
        self.wait_bound("fits-" + OURS)


if __name__ == "__main__":
    unittest.main()
