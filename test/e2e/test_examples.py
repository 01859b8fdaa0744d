"""Every file of examples/, applied by kubectl to a cluster with the node of examples/node.yaml and four others."""

import re
import unittest

from support import ROOT, checker
from support.cluster import ClusterTest
from support.pods import pod as make_pod
from support.wait import wait_until

EXAMPLES = ROOT / "examples"
OTHER_NODES = ("inf2.48xlarge", "trn2.48xlarge", "inf1.6xlarge", "inf2.xlarge")
# What kubectl itself writes.
KUBECTL_KEY = "kubectl.kubernetes.io/last-applied-configuration"
_SIZE = "1 node(s) cannot give 13 aws.amazon.com/neuron to one container (legal numbers of devices: %s), "
NEVER_FITS = (
    "0/5 nodes are available: " + _SIZE % "1 to 12" + _SIZE % "1 to 4" + _SIZE % "1" +
    "2 node(s) cannot give 13 aws.amazon.com/neuron to one container (legal numbers of devices: 1 or 4 or 8 or 16)."
)


class Examples(ClusterTest):
    def setUp(self):
        super().setUp()
        self.apply("node")
        for kind in OTHER_NODES:
            self.plane.make_nodes(kind, 1)
        self.recorder_ = self.recorder()
        self.scheduler_ = self.scheduler()

    def apply(self, name):
        """kubectl apply -f examples/NAME.yaml; the names of what it made."""
        text = self.plane.kubectl("apply", "-f", str(EXAMPLES / f"{name}.yaml"), "-o", "name")
        return [line.partition("/")[2] for line in text.splitlines()]

    def bound(self, name):
        """Applies an example and waits until its pods are bound."""
        return self.wait_bound(*self.apply(name))

    def judge(self, *pods):
        self.assert_content()
        self.recorder_.catch_up()
        self.assertEqual(self.recorder_.half_bound(), [])
        by_name = {node["metadata"]["name"]: node for node in self.nodes()}
        for pod in pods:
            name, node = pod["metadata"]["name"], pod["spec"]["nodeName"]
            wrong, _ = checker.verify_assignment(pod, by_name[node])
            self.assertEqual(wrong, [])
            keys = set(checker.FORMS)
            if checker.CORE not in checker.effective_requests(pod):
                keys.remove("NEURON_RESOURCE_TYPE")
            self.assertEqual(self.written_by_scheduler(name), keys)
            [event] = wait_until(lambda n=name: self.events(n, "Scheduled"), 10, "the event Scheduled")
            self.assertEqual(event["note"], f"Successfully assigned default/{name} to {node}")
            self.assertEqual((event["type"], event["action"], event["reportingController"]),
                             ("Normal", "Binding", "neuron-scheduler"))
            self.assertEqual(event["regarding"]["uid"], pod["metadata"]["uid"])
        self.assert_bound_once()
        self.assert_no_forbidden()

    def written_by_scheduler(self, name):
        """The annotation keys that were not there when the pod was created; those that were are unchanged."""
        versions = [pod for kind, pod in self.recorder_.versions if pod["metadata"]["name"] == name
                    and kind != "DELETED"]
        first, last = (version["metadata"].get("annotations") or {} for version in (versions[0], versions[-1]))
        self.assertEqual({key: last.get(key) for key in first}, first)
        return set(last) - set(first)

    def ids(self, pod):
        return [int(part) for part in pod["metadata"]["annotations"]["AWS_NEURON_IDS"].split(",")]

    def test_whole_device(self):
        [pod] = self.bound("whole-device")
        self.assertEqual(len(self.ids(pod)), 1)
        self.judge(pod)

    def test_one_core(self):
        first, second = self.bound("one-core")
        self.assertEqual(first["spec"]["nodeName"], second["spec"]["nodeName"])
        node = next(n for n in self.nodes() if n["metadata"]["name"] == first["spec"]["nodeName"])
        [a], [b] = self.ids(first), self.ids(second)
        self.assertNotEqual(a, b)
        k = checker.Geometry(node).k
        self.assertEqual(a // k, b // k, "they share a device")
        self.judge(first, second)

    def test_several_cores(self):
        [pod] = self.bound("several-cores")
        ids = self.ids(pod)
        self.assertEqual(ids, list(range(ids[0], ids[0] + 4)))
        self.assertNotIn("trn1", pod["spec"]["nodeName"])
        self.judge(pod)

    def test_four_devices(self):
        [pod] = self.bound("four-devices")
        ids = self.ids(pod)
        self.assertEqual(ids, list(range(ids[0], ids[0] + 4)))
        if pod["spec"]["nodeName"].startswith("trn"):
            self.assertEqual(ids[0] % 4, 0)
        self.judge(pod)

    def test_two_rows(self):
        [pod] = self.bound("two-rows")
        ids = self.ids(pod)
        self.assertEqual(ids, list(range(ids[0], ids[0] + 8)))
        if pod["spec"]["nodeName"].startswith("trn"):
            self.assertEqual(ids[0] % 8, 0)
        self.judge(pod)

    def test_two_containers(self):
        [pod] = self.bound("two-containers")
        self.assertEqual(len(set(self.ids(pod))), 2)
        self.assertEqual(pod["metadata"]["annotations"][checker.ALLOCATED].count(";"), 2)
        self.judge(pod)

    def test_pick_device(self):
        [pod] = self.bound("pick-device")
        self.assertEqual(pod["spec"]["nodeName"], "trn1-32xlarge-0")
        self.assertIn(self.ids(pod), ([9], [10]))
        self.judge(pod)

    def test_exclude_device(self):
        [pod] = self.bound("exclude-device")
        if pod["spec"]["nodeName"] == "trn1-32xlarge-0":
            self.assertNotIn(2, self.ids(pod))
        self.judge(pod)

    def test_never_fits(self):
        [name] = self.apply("never-fits")
        self.assertEqual(self.wait_refused(name), NEVER_FITS)
        condition = self.condition(name)
        self.assertEqual((condition["reason"], condition["type"]), ("Unschedulable", "PodScheduled"))
        wait_until(lambda: self.events(name, "FailedScheduling"), 10, "the event FailedScheduling")
        described = self.plane.kubectl("describe", "pod", name)
        [line] = [line for line in described.splitlines() if "FailedScheduling" in line]
        self.assertEqual(re.split(r"\s{2,}", line.strip())[:2], ["Warning", "FailedScheduling"])
        self.assertTrue(line.endswith("  neuron-scheduler  " + NEVER_FITS), line)
        self.assert_no_forbidden()

    def test_all_together(self):
        names = sorted(path.stem for path in EXAMPLES.glob("*.yaml") if path.stem != "node")
        made = [name for file in names for name in self.apply(file)]
        made.remove("never-fits")
        pods = self.wait_bound(*made)
        self.wait_refused("never-fits")
        self.judge(*pods)
        self.assertEqual(checker.pending_that_fit(self.nodes(), self.pods()), [])

    def test_other_annotations_stay(self):
        """Keys that somebody else writes before and after stay as they are."""
        blockers = self.create(*(make_pod(f"holds-{device}", neuron=1, scheduler="somebody-else")
                                 for device in (9, 10)))
        for blocker, device in zip(blockers, ("9", "10")):
            self.bind_by_hand(blocker, "trn1-32xlarge-0", {"AWS_NEURON_IDS": device})
        [name] = self.apply("pick-device")
        self.wait_refused(name)
        other = {"k8s.ovn.org/pod-networks": '{"default":{"ip_addresses":["10.1.2.3/24"]}}', "note": "before"}
        self.client.patch("pods", name, {"metadata": {"annotations": other}}, "default")
        self.delete(*blockers)
        [picked] = self.wait_bound(name)
        annotations = picked["metadata"]["annotations"]
        self.assertEqual({key: annotations[key] for key in other}, other)
        self.assertEqual(set(annotations) - set(other) - {KUBECTL_KEY, "aws.amazon.com/use-neuron-uuid"},
                         set(checker.FORMS) - {"NEURON_RESOURCE_TYPE"})
        self.assert_content()


if __name__ == "__main__":
    unittest.main()
