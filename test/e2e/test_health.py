"""Devices and nodes that fall ill under running pods: the pods stay as they are, and nobody else gets what is ill."""

import itertools
import unittest

from support.cluster import ClusterTest
from support.pods import pod
from support.wait import wait_until

CORDON = "hami.io/device-cordon"
EVENT = "NeuronDeviceUnhealthy"
REGISTER = "hami.io/node-register-aws-neuron"
NO_ROOM = "1 node(s) had no free legal set of aws.amazon.com/neuron devices"


class Health(ClusterTest):
    later = itertools.count()

    def setUp(self):
        super().setUp()
        [self.node] = self.plane.make_nodes("inf2.24xlarge", 1)  # six devices in a line
        self.process = self.scheduler()

    def cordon(self, *devices):
        """No devices: ends it."""
        self.client.patch("nodes", self.node, {"metadata": {"annotations": {CORDON: ",".join(devices) or None}}})
        self.wait_seen()

    def patch_status(self, status):
        self.client.patch("nodes", self.node, {"status": status}, sub="status",
                          content_type="application/strategic-merge-patch+json")
        self.wait_seen()

    def wait_seen(self):
        """Waits until the scheduler knows what the node is now: it has registered the devices of a later one."""
        [later] = self.plane.make_nodes("inf2.xlarge", 1, first=next(self.later), unschedulable=True)
        wait_until(lambda: REGISTER in self.client.get("nodes", later)["metadata"].get("annotations", {}), 30,
                   f"the register of {later}")

    def run_pods(self, *names, **asks):
        self.create(*(pod(name, **asks) for name in names))
        self.wait_bound(*names)
        return [self.pod(name) for name in names]

    def device(self, name):
        return int(self.pod(name)["metadata"]["annotations"]["AWS_NEURON_IDS"])

    def assert_untouched(self, before):
        self.assertEqual(self.pod(before["metadata"]["name"]), before)

    def test_cordon_of_a_device_in_use(self):
        [runs] = self.run_pods("runs", neuron=1)
        ill = self.device("runs")
        self.cordon(f"{self.node}-AWSNeuron-{ill}")
        wait_until(lambda: self.events("runs", EVENT), 10, "the event of the pod")
        others = [f"other-{number}" for number in range(5)]
        self.run_pods(*others, neuron=1)
        self.assertEqual({self.device(name) for name in others}, set(range(6)) - {ill})
        self.create(pod("waits", neuron=1))
        self.assertIn(NO_ROOM, self.wait_refused("waits"))
        self.assert_untouched(runs)

        # A new process, and the end of the pod, change nothing about the device.
        self.process.kill()
        self.process.start()
        self.assert_untouched(runs)
        self.delete(runs)
        self.create(pod("waits-too", neuron=1))
        self.assertIn(NO_ROOM, self.wait_refused("waits-too"))
        self.assertIsNone(self.node_of("waits"))
        self.assert_content()

        self.cordon()
        wait_until(lambda: self.node_of("waits") or self.node_of("waits-too"), 30, "one of those who wait")
        first = "waits" if self.node_of("waits") else "waits-too"
        self.assertEqual(self.device(first), ill)
        self.assert_content()
        self.assertEqual([self.events(name, EVENT) for name in others], [[]] * len(others))

    def test_node_falls_ill(self):
        """By a condition, and by less that is allocatable than it has."""
        [runs] = self.run_pods("runs", neuron=2)
        for number, (status, mended) in enumerate((
                ({"conditions": [{"type": "NeuronHealth", "status": "True", "reason": "NeuronHasError_DMA_ERROR"}]},
                 {"conditions": [{"type": "NeuronHealth", "status": "False", "reason": "NeuronHasNoError"}]}),
                ({"conditions": [{"type": "AcceleratedHardwareReady", "status": "False", "reason": "NeuronDMAError"}]},
                 {"conditions": [{"type": "AcceleratedHardwareReady", "status": "True", "reason": "Ready"}]}),
                ({"allocatable": {"aws.amazon.com/neuron": "5"}}, {"allocatable": {"aws.amazon.com/neuron": "6"}}),
                ({"allocatable": {"aws.amazon.com/neuroncore": "10"}},
                 {"allocatable": {"aws.amazon.com/neuroncore": "12"}}))):
            with self.subTest(status):
                self.patch_status(status)
                name = f"waits-{number}"
                self.create(pod(name, neuron=1))
                reason = next(iter(status["conditions"]))["type"] if "conditions" in status else "allocatable"
                self.wait_refused(name, reason)
                self.assert_untouched(runs)
                self.patch_status(mended)
                self.wait_bound(name)
                self.assert_content()

    def test_cordon_of_what_is_missing(self):
        """Whoever says which device is ill gets the others back."""
        self.patch_status({"allocatable": {"aws.amazon.com/neuron": "5", "aws.amazon.com/neuroncore": "10"}})
        self.create(pod("waits", neuron=1))
        self.wait_refused("waits", "allocatable")
        self.cordon("2")
        self.wait_bound("waits")
        names = [f"other-{number}" for number in range(4)]
        self.run_pods(*names, neuron=1)
        self.assertEqual({self.device(name) for name in ["waits", *names]}, {0, 1, 3, 4, 5})
        self.create(pod("one-too-many", neuron=1))
        self.assertIn(NO_ROOM, self.wait_refused("one-too-many"))
        self.assert_content()

if __name__ == "__main__":
    unittest.main()
