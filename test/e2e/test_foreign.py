"""Pods of other schedulers, and pods that somebody bound by hand: counted, and never touched."""

import unittest

from support import checker
from support.cluster import ClusterTest
from support.pods import container, pod
from support.wait import wait_until


class ForeignPods(ClusterTest):
    def setUp(self):
        super().setUp()
        [self.node] = self.plane.make_nodes("inf2.xlarge", 1)  # one device, two cores

    def foreign(self, name, annotations=None, **asks):
        """A pod of another scheduler, bound by hand to the node."""
        [made] = self.create(pod(name, container(**asks), scheduler="somebody-else"))
        self.bind_by_hand(made, self.node, annotations)
        return self.pod(name)

    def untouched(self, before):
        after = self.pod(before["metadata"]["name"])
        self.assertEqual(after, before)

    def assert_only_looked(self, name):
        """By the audit log, the scheduler wrote nothing to the pod."""
        writes = [event["requestURI"] for event in self.requests_of_scheduler()
                  if event["verb"] not in ("get", "list", "watch")
                  and (event.get("objectRef") or {}).get("resource") == "pods"
                  and event["objectRef"].get("name") == name]
        self.assertEqual(writes, [])

    def test_counted_by_its_annotations(self):
        for number, annotations in enumerate((
                {"AWS_NEURON_IDS": "1"},
                {"hami.io/aws-neuron-devices-allocated": f"{self.node}-AWSNeuron-0,AWSNeuron,0,2:;"},
                {"AWS_NEURON_IDS": "1",
                 "hami.io/aws-neuron-devices-allocated": f"{self.node}-AWSNeuron-0,AWSNeuron,0,2:;"})):
            for started_before in (True, False):
                with self.subTest(annotations=annotations, started_before=started_before):
                    name = f"counted-{number}-{started_before}".lower()
                    if started_before:
                        scheduler = self.scheduler()
                    other = self.foreign(name, annotations, cores=1)
                    if not started_before:
                        scheduler = self.scheduler()
                    self.create(pod(f"{name}-both", cores=2), pod(f"{name}-one", cores=1))
                    [one] = self.wait_bound(f"{name}-one")
                    self.assertEqual(one["metadata"]["annotations"]["AWS_NEURON_IDS"], "0")
                    self.wait_refused(f"{name}-both")
                    self.untouched(other)
                    self.assert_content()
                    # Its core is free again when it is gone.
                    self.delete(other, one)
                    self.wait_bound(f"{name}-both")
                    self.assert_content()
                    self.assert_only_looked(name)
                    self.delete(*self.pods())
                    scheduler.kill()

    def test_without_annotations_the_node_takes_no_more(self):
        for number, annotations in enumerate((
                {}, {"AWS_NEURON_IDS": "zero"}, {"AWS_NEURON_IDS": "7"}, {"AWS_NEURON_IDS": "0,1"},
                {"AWS_NEURON_IDS": "1", "hami.io/aws-neuron-devices-allocated":
                 f"{self.node}-AWSNeuron-0,AWSNeuron,0,1:;"})):
            with self.subTest(annotations):
                name = f"foreign-{number}"
                scheduler = self.scheduler()
                other = self.foreign(name, annotations, cores=1)
                self.create(pod(f"{name}-waits", cores=1), pod(f"{name}-plain", container()))
                self.wait_bound(f"{name}-plain")  # pods that ask for no Neuron are welcome
                self.wait_refused(f"{name}-waits")
                self.untouched(other)
                self.assert_only_looked(name)
                self.delete(other)
                self.wait_bound(f"{name}-waits")
                self.assert_content()
                self.delete(*self.pods())
                scheduler.kill()

    def test_message_names_the_foreign_pod(self):
        self.foreign("unknown-owner", cores=1)
        self.scheduler()
        self.create(pod("waits", cores=1))
        self.wait_refused("waits", "default/unknown-owner")

    def test_a_later_change_of_annotations_frees_nothing(self):
        self.scheduler()
        other = self.foreign("changed", {"AWS_NEURON_IDS": "1"}, cores=1)
        self.create(pod("first", cores=1))
        [first] = self.wait_bound("first")
        self.delete(first)
        self.client.patch("pods", "changed", {"metadata": {"annotations": {"AWS_NEURON_IDS": "0"}}}, "default")
        # Core 0 is claimed now, core 1 stays taken: nothing is left.
        self.create(pod("second", cores=1))
        self.wait_refused("second")
        self.delete(other)
        self.wait_bound("second")

    def test_our_own_name_is_no_privilege(self):
        """A pod that names our scheduler and was bound by somebody else without annotations is foreign too."""
        self.scheduler()
        [made] = self.create(pod("stolen", cores=1, nodeSelector={"example.com/no-such": "label"}))
        self.wait_refused("stolen")
        self.bind_by_hand(made, self.node)
        self.create(pod("waits", cores=1), pod("plain"))
        self.wait_bound("plain")
        self.wait_refused("waits")
        self.delete(made)
        self.wait_bound("waits")
        self.assert_content()

    def test_pending_pods_of_others_stay_pending(self):
        self.scheduler()
        [other] = self.create(pod("theirs", cores=1, scheduler="somebody-else"))
        self.create(pod("ours", cores=1))
        self.wait_bound("ours")
        self.untouched(other)
        self.assert_only_looked("theirs")

    def test_annotations_on_an_unbound_pod_count_for_nothing(self):
        """A pod that comes with our annotations is placed as if it had none; ours overwrite them."""
        lies = {"AWS_NEURON_IDS": "0,1", "NEURON_ALLOC_TIME": "1", "hami.io/bind-phase": "success",
                "NEURON_RESOURCE_TYPE": "x", "mine": "stays"}
        self.create(pod("liar", scheduler="nobody", neuron=1, annotations=lies))
        self.scheduler()
        self.create(pod("copied", cores=1, annotations=lies))
        [copied] = self.wait_bound("copied")
        self.assertEqual(copied["metadata"]["annotations"]["mine"], "stays")
        self.assert_content()

    def test_ended_pods_free_their_cores(self):
        self.scheduler()
        self.create(pod("job", cores=2))
        self.wait_bound("job")
        self.create(pod("next", cores=2))
        self.wait_refused("next")
        self.client.patch("pods", "job", {"status": {"phase": "Succeeded"}}, "default", "status")
        self.wait_bound("next")
        self.assert_content()

    def test_other_resources_of_others_count(self):
        cpus = next(node for node in self.nodes())["status"]["allocatable"]["cpu"]
        self.foreign("hungry", None, resources={"cpu": cpus})
        self.scheduler()
        self.create(pod("waits", container(cores=1, resources={"cpu": "1"})))
        self.assertEqual(self.wait_refused("waits"), "0/1 nodes are available: 1 Insufficient cpu.")
        wait_until(lambda: self.events("waits", "FailedScheduling"), 10, "the event")
        self.assertEqual(checker.pending_that_fit(self.nodes(), self.pods()), [])


if __name__ == "__main__":
    unittest.main()
