"""What is said about pods that have no place, byte for byte as kube-scheduler says it: in each situation it and
neuron-scheduler judge two equal pods beside each other. Differences that are meant: docs/differences.md."""

import re
import time
import unittest

from support import situations
from support.cluster import ClusterTest
from support.pods import pod
from support.scheduler import Scheduler
from support.wait import wait_until

import api  # from test/controlplane
from nodes import create_all

# Their plugins' texts are not what a pod without claims and preemption is about.
WITHOUT = ("DefaultPreemption", "DynamicResources")
TWINS = {"kube-scheduler": "default-scheduler", "neuron-scheduler": "neuron-scheduler"}
_RUNTIME_CLASSES = "/apis/node.k8s.io/v1/runtimeclasses"
_NAMESPACES = ("default", situations.OTHER_NAMESPACE)


class Messages(ClusterTest):
    """One test for each situation, made below."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client.create("namespaces", {"metadata": {"name": situations.OTHER_NAMESPACE, "labels": {"team": "blue"}}})
        cls.client.patch("namespaces", "default", {"metadata": {"labels": {"team": "green"}}})
        cls.client.request("POST", _RUNTIME_CLASSES, {
            "apiVersion": "node.k8s.io/v1", "kind": "RuntimeClass", "handler": "heavy",
            "metadata": {"name": situations.RUNTIME_CLASS}, "overhead": {"podFixed": situations.OVERHEAD}})
        cls.plane.start_kube_scheduler(without=WITHOUT, requests_per_second=1000)
        ours = Scheduler(cls.kubeconfig, cls.plane.dir / "neuron-scheduler.log")
        cls.addClassCleanup(ours.close)
        ours.start()
        cls.wait_for_kube_scheduler()

    @classmethod
    def wait_for_kube_scheduler(cls):
        """Until it has judged a pod: there are no nodes yet."""
        [made] = create_all(cls.client, "pods", [pod("first", scheduler=TWINS["kube-scheduler"])], "default")
        wait_until(lambda: verdict_on(cls.client, made)["message"], 30, "kube-scheduler to be ready")
        cls.client.delete("pods", "first", "default")

    def judge(self, situation):
        create_all(self.client, "nodes", situation.nodes)
        for each in situation.bound:
            self._put(each)
        wanted = {"reason": situation.reason, "message": situation.message,
                  "note": situation.message if situation.note is None else situation.note}
        # An event keeps the note of the first of its kind. Who was asked before it had seen the last node or pod
        # may have said something else first, so it is asked again about a new pod.
        for attempt in range(4):
            said = self._ask(situation, attempt)
            if all(each == wanted for each in said.values()):
                return
            time.sleep(0.2)
        self.assertEqual(said, {name: wanted for name in TWINS})

    def _put(self, each):
        made = self.client.create("pods", each["body"], each["body"]["metadata"]["namespace"])
        meta = made["metadata"]
        if each["phase"]:
            self.client.patch("pods", meta["name"], {"status": {"phase": each["phase"]}}, meta["namespace"], "status")
        if each["terminating"]:
            self.client.request("DELETE", api.path_of("pods", meta["namespace"], meta["name"]),
                                {"apiVersion": "v1", "kind": "DeleteOptions", "gracePeriodSeconds": 60})

    def _ask(self, situation, attempt):
        """What each scheduler says about a new pod."""
        spec = dict(situation.pod)
        labels = spec.pop("labels", None)
        # Created one after the other: each is judged at once, not in the other's time.
        pods = {name: self.create(pod(f"{name}-{attempt}", *spec["containers"], labels=labels, scheduler=TWINS[name],
                                      **{key: value for key, value in spec.items() if key != "containers"}))[0]
                for name in TWINS}
        said = {}

        def complete():
            said.update((name, verdict_on(self.client, made)) for name, made in pods.items())
            return all(each["message"] and (each["note"] or situation.note == "") for each in said.values())

        try:
            wait_until(complete, 5, "both to say something", every=0.02)
        except AssertionError:
            pass  # what is missing shows in the comparison
        for made in pods.values():
            self.client.delete("pods", made["metadata"]["name"], "default")
        return said

    def _empty(self):
        self.client.request("DELETE", api.path_of("pods", situations.OTHER_NAMESPACE),
                            {"apiVersion": "v1", "kind": "DeleteOptions", "gracePeriodSeconds": 0})
        super()._empty()


def verdict_on(client, made):
    """reason and message of the PodScheduled condition, and the note of the FailedScheduling event; "" if there is
    none."""
    meta = made["metadata"]
    conditions = client.get("pods", meta["name"], meta["namespace"])["status"].get("conditions") or []
    condition = next((each for each in conditions if each["type"] == "PodScheduled"), {})
    events, _ = client.list("events", meta["namespace"])
    notes = {event["note"] for event in events
             if event["regarding"].get("uid") == meta["uid"] and event["reason"] == "FailedScheduling"}
    return {"reason": condition.get("reason", ""), "message": condition.get("message", ""),
            "note": " | ".join(sorted(notes))}


def _add_tests():
    for number, situation in enumerate(situations.ALL):
        def test(self, situation=situation):
            self.judge(situation)
        name = re.sub(r"\W+", "_", situation.name)
        setattr(Messages, f"test_{number:03}_{name}", test)


_add_tests()

if __name__ == "__main__":
    unittest.main()
