"""The checker itself: what it decodes, what it finds wrong, and what it says would fit."""

import copy
import unittest

from support import checker
from support.pods import container, pod

import nodes as node_objects  # from test/controlplane


def node(kind="trn1.32xlarge", name="n", **options):
    return node_objects.node(name, kind, **options)


def annotations(ids, allocated, *, core=True, name="n", stamp=1700000000000000001):
    made = {
        "AWS_NEURON_IDS": ids,
        "hami.io/aws-neuron-devices-allocated": allocated,
        "NEURON_ALLOC_TIME": str(stamp),
        "NEURON_ALLOCATED": "false",
        "aws.amazon.com/predicate-node": name,
        "hami.io/vgpu-node": name,
        "hami.io/vgpu-time": "1700000000",
        "hami.io/bind-time": "1700000000",
        "hami.io/bind-phase": "allocating",
    }
    if core:
        made["NEURON_RESOURCE_TYPE"] = "aws.amazon.com/neuroncore"
    return made


def entry(device, mask, name="n"):
    return f"{name}-AWSNeuron-{device},AWSNeuron,0,{mask}:"


def bound(made, notes, name="n"):
    made = copy.deepcopy(made)
    made["metadata"]["annotations"].update(notes)
    made["spec"]["nodeName"] = name
    return made


class Quantities(unittest.TestCase):
    def test_every_form(self):
        for text, value in (("1", 1), ("100m", "1/10"), ("1.5Gi", 3 * 2**29), ("2e3", 2000), ("1E", 10**18),
                            ("1Ei", 2**60), ("12k", 12000), ("500u", "1/2000"), ("-3", -3)):
            with self.subTest(text):
                self.assertEqual(checker.quantity(text), checker.Fraction(value))
        for text in ("", "1Q", "abc", "1 Gi"):
            with self.subTest(text), self.assertRaises(ValueError):
                checker.quantity(text)

    def test_effective_requests(self):
        made = pod("p", container(resources={"cpu": "1"}), container("b", resources={"cpu": "500m"}),
                   init=[container("s", resources={"cpu": "1"}, restartPolicy="Always"),
                         container("i", resources={"cpu": "3", "memory": "1Gi"})],
                   overhead={"cpu": "250m"})
        self.assertEqual(checker.effective_requests(made),
                         {"cpu": checker.quantity("4250m"), "memory": 2**30})


class LegalSets(unittest.TestCase):
    def test_sets(self):
        rows = [tuple(range(s, s + 4)) for s in (0, 4, 8, 12)]
        cases = (
            ("trn1.32xlarge", 4, rows),
            ("trn2.48xlarge", 8, [tuple(range(8)), tuple(range(8, 16))]),
            ("trn1.32xlarge", 16, [tuple(range(16))]),
            ("trn1.32xlarge", 2, []),
            ("trn3.48xlarge", 4, rows),
            ("trn3e.24xlarge", 3, [(0, 1, 2), (1, 2, 3)]),
            ("inf2.24xlarge", 5, [(0, 1, 2, 3, 4), (1, 2, 3, 4, 5)]),
            ("inf2.48xlarge", 12, [tuple(range(12))]),
            ("inf2.48xlarge", 13, []),
            ("inf1.6xlarge", 1, [(0,), (1,), (2,), (3,)]),
            ("inf2.xlarge", 1, [(0,)]),
        )
        for kind, count, sets in cases:
            with self.subTest(f"{kind} {count}"):
                self.assertEqual(checker.Geometry(node(kind)).legal_sets(count), sets)

    def test_unknown_type(self):
        sixteen = node(labels={"node.kubernetes.io/instance-type": "trn9.48xlarge"})
        self.assertEqual(len(checker.Geometry(sixteen).legal_sets(4)), 4)
        six = node("inf2.24xlarge", labels={"node.kubernetes.io/instance-type": "x.y"})
        self.assertEqual([len(checker.Geometry(six).legal_sets(count)) for count in range(1, 7)],
                         [6, 0, 0, 0, 0, 1])

    def test_core_placements(self):
        geometry = checker.Geometry(node("inf2.24xlarge"))
        self.assertEqual(len(geometry.placements(("core", 1))), 12)
        self.assertEqual(len(geometry.placements(("core", 2))), 6)
        self.assertEqual(geometry.placements(("core", 3))[0], {0: 3, 1: 1})
        lnc2 = checker.Geometry(node("trn2.48xlarge"))
        self.assertEqual([p for p in lnc2.placements(("core", 3)) if 5 in p], [{5: 7}, {5: 14}])
        self.assertEqual(lnc2.placements(("core", 5)), [])  # two devices of a torus
        self.assertEqual(lnc2.placements(("core", 14))[1], {4: 15, 5: 15, 6: 15, 7: 3})

    def test_cores_a_device_come_from_the_node(self):
        self.assertEqual(checker.Geometry(node("trn2.48xlarge", lnc=1)).k, 8)
        self.assertIsNone(checker.Geometry(node(capacity={checker.CORE: 33})).k)
        self.assertIsNone(checker.Geometry(node(capacity={checker.CORE: None})).k)


class OurAnnotations(unittest.TestCase):
    """problems() on one node with one or two pods that our scheduler bound."""

    def check(self, *pods, on=None):
        return checker.problems([on or node()], list(pods))

    def test_right_ones(self):
        sidecar = container("s", cores=1, restartPolicy="Always")
        two = pod("p", container("a", cores=1), container("b", cores=2))
        cases = (
            ("one core", pod("p", cores=1), annotations("7", entry(3, 2) + ";")),
            ("row", pod("p", neuron=4), annotations("4,5,6,7", "".join(entry(d, 3) for d in range(4, 8)) + ";",
                                                    core=False)),
            ("seven cores", pod("p", cores=7), annotations(
                "0,1,2,3,4,5,6", entry(0, 3) + entry(1, 3) + entry(2, 3) + entry(3, 1) + ";")),
            ("two containers", two, annotations("1,4,5", entry(0, 2) + ";" + entry(2, 3) + ";")),
            ("first asks nothing", pod("p", container("a"), container("b", cores=1)),
             annotations("1", ";" + entry(0, 2) + ";")),
            ("init reuses", pod("p", neuron=1, init=[container("i", neuron=1)]),
             annotations("3,3", entry(3, 3) + ";" + entry(3, 3) + ";", core=False)),
            ("sidecar holds its own", pod("p", cores=1, init=[sidecar]),
             annotations("0,1", entry(0, 1) + ";" + entry(0, 2) + ";")),
            ("both units agree", pod("p", container(neuron=1, cores=2)),
             annotations("2", entry(2, 3) + ";", core=False)),
        )
        for name, made, notes in cases:
            with self.subTest(name):
                self.assertEqual(self.check(bound(made, notes)), [])

    def test_wrong_ones(self):
        one = pod("p", cores=1)
        good = annotations("7", entry(3, 2) + ";")
        cases = (
            ("missing key", one, {k: v for k, v in good.items() if k != "hami.io/bind-phase"}, "no annotation"),
            ("other node", one, {**good, "hami.io/vgpu-node": "m"}, "not the node's name"),
            ("seconds, not nanoseconds", one, {**good, "NEURON_ALLOC_TIME": "1700000000"}, "wrong form"),
            ("blank in ids", one, {**good, "AWS_NEURON_IDS": "7, 8"}, "wrong form"),
            ("keys disagree", one, {**good, "AWS_NEURON_IDS": "6"}, "does not agree"),
            ("type missing", one, {k: v for k, v in good.items() if k != "NEURON_RESOURCE_TYPE"}, "should be"),
            ("type on devices", pod("p", neuron=1), annotations("3", entry(3, 3) + ";"), "should be"),
            ("foreign device", one, annotations("7", entry(3, 2, "m") + ";"), "not of node"),
            ("device beyond", one, annotations("33", entry(16, 2) + ";"), "not of this node"),
            ("mask beyond", one, annotations("7", entry(3, 4) + ";"), "does not fit"),
            ("too many cores", one, annotations("6,7", entry(3, 3) + ";"), "no legal placement"),
            ("half a device", pod("p", neuron=1), annotations("3", entry(3, 1) + ";", core=False), "no legal"),
            ("broken row", pod("p", neuron=4),
             annotations("2,3,4,5", "".join(entry(d, 3) for d in range(2, 6)) + ";", core=False), "no legal"),
            ("slots missing", pod("p", container("a"), container("b", cores=1)), good, "has 1 containers"),
            ("unasked", pod("p", container("a"), container("b", cores=1)),
             annotations("7", entry(3, 2) + ";;"), "asked for nothing"),
            ("share inside", pod("p", container("a", cores=1), container("b", cores=1)),
             annotations("7,7", entry(3, 2) + ";" + entry(3, 2) + ";"), "share cores"),
            ("uuid", pod("p", cores=1, annotations={"aws.amazon.com/use-gpuuuid": "n-AWSNeuron-1"}), good,
             "are allowed"),
            ("mixed units", pod("p", container("a", neuron=1), container("b", cores=1)), good, "refused"),
            ("nothing asked", pod("p", container()), good, "asks for no Neuron"),
        )
        for name, made, notes, text in cases:
            with self.subTest(name):
                found = self.check(bound(made, notes))
                self.assertTrue(any(text in problem for problem in found), found)

    def test_sidecar_and_init(self):
        sidecar = container("s", cores=1, restartPolicy="Always")
        before = pod("p", container("a"), init=[container("i", cores=1), sidecar])
        after = pod("p", container("a"), init=[sidecar, container("i", cores=1)])
        notes = annotations("7,7", (entry(3, 2) + ";") * 2 + ";")
        self.assertEqual(self.check(bound(before, notes)), [])
        self.assertTrue(self.check(bound(after, notes)))

    def test_two_owners(self):
        a = bound(pod("a", cores=1), annotations("7", entry(3, 2) + ";"))
        b = bound(pod("b", neuron=1), annotations("3", entry(3, 3) + ";", core=False, stamp=1700000000000000002))
        self.assertIn("own the same cores", " ".join(self.check(a, b)))
        a["status"] = {"phase": "Succeeded"}
        self.assertEqual(self.check(a, b), [])
        foreign = bound(pod("c", cores=1, scheduler="default-scheduler"), {"AWS_NEURON_IDS": "6"})
        self.assertIn("own the same cores", " ".join(self.check(foreign, b)))

    def test_mutex(self):
        """Only the older pod was there when the choice was made."""
        alone = pod("a", cores=1, annotations={checker.POLICY: "mutex,spread"})
        for stamp, wrong in ((1700000000000000000, False), (1700000000000000002, True)):
            a = bound(alone, annotations("7", entry(3, 2) + ";", stamp=stamp))
            b = bound(pod("b", cores=1), annotations("6", entry(3, 1) + ";"))
            self.assertEqual("shares device 3 with the older" in " ".join(self.check(a, b)), wrong, stamp)
            self.assertEqual(len(self.check(a, b)), wrong)

    def test_same_stamp(self):
        a = bound(pod("a", cores=1), annotations("7", entry(3, 2) + ";"))
        b = bound(pod("b", cores=1), annotations("6", entry(3, 1) + ";"))
        self.assertIn("same NEURON_ALLOC_TIME", " ".join(self.check(a, b)))

    def test_other_resources_and_nodes(self):
        big = bound(pod("a", container(resources={"cpu": "200"})), {})
        self.assertIn("overcommitted: cpu", " ".join(self.check(big)))
        self.assertIn("does not exist", " ".join(self.check(bound(pod("a"), {}, "gone"))))
        chosen = bound(pod("a", nodeSelector={"x": "y"}), {})
        self.assertIn("nodeSelector", " ".join(self.check(chosen)))


class Reading(unittest.TestCase):
    def test_readable_and_foreign(self):
        k8 = node("trn2.48xlarge", lnc=1)
        cases = (
            ("ids alone", node(), pod("p", cores=2), {"AWS_NEURON_IDS": "6,7"}, {3: 3}),
            ("device ids", node(), pod("p", neuron=2), {"AWS_NEURON_IDS": "6,7"}, {6: 3, 7: 3}),
            ("short mask of HAMi", k8, pod("p", neuron=1), {checker.ALLOCATED: entry(2, 3) + ";"}, {2: 255}),
            ("init once", node(), pod("p", neuron=1, init=[container("i", neuron=1)]), {"AWS_NEURON_IDS": "0"},
             {0: 3}),
            ("init repeated", node(), pod("p", neuron=1, init=[container("i", neuron=1)]),
             {"AWS_NEURON_IDS": "0,0"}, {0: 3}),
            ("nothing", node(), pod("p", neuron=1), {}, None),
            ("not a number", node(), pod("p", neuron=1), {"AWS_NEURON_IDS": "x"}, None),
            ("too many", node(), pod("p", neuron=1), {"AWS_NEURON_IDS": "1,2"}, None),
            ("beyond", node(), pod("p", neuron=1), {"AWS_NEURON_IDS": "16"}, None),
            ("disagree", node(), pod("p", neuron=1), {"AWS_NEURON_IDS": "1", checker.ALLOCATED: entry(2, 3) + ";"},
             None),
        )
        for name, on, made, notes, held in cases:
            with self.subTest(name):
                self.assertEqual(checker.read_assignment(bound(made, notes), on), held)


class Fits(unittest.TestCase):
    def fits(self, made, on=None, *others):
        return checker.NodeState(on or node(), list(others)).fits(made)

    def test_shapes_on_an_empty_node(self):
        cases = ((dict(neuron=16), True), (dict(neuron=17), False), (dict(neuron=2), False), (dict(neuron=8), True),
                 (dict(cores=3), False), (dict(cores=7), True), (dict(cores=32), True), (dict(cores=33), False))
        for ask, expected in cases:
            with self.subTest(ask):
                self.assertEqual(self.fits(pod("p", **ask)), expected)

    def test_around_others(self):
        one = bound(pod("a", cores=1, scheduler="x"), {"AWS_NEURON_IDS": "7"})  # device 3, upper core
        self.assertTrue(self.fits(pod("p", cores=1), node(), one))
        self.assertFalse(self.fits(pod("p", neuron=16), node(), one))
        others = [bound(pod(f"d{row}", neuron=1, scheduler="x"), {"AWS_NEURON_IDS": str(4 * row)})
                  for row in range(4)]
        self.assertFalse(self.fits(pod("p", neuron=4), node(), *others))
        self.assertTrue(self.fits(pod("p", neuron=4), node(), *others[:3]))

    def test_containers_together(self):
        small = node("inf2.xlarge")
        self.assertTrue(self.fits(pod("p", container("a", cores=1), container("b", cores=1)), small))
        self.assertFalse(self.fits(pod("p", container("a", cores=2), container("b", cores=1)), small))
        # First fit would fail here: the pair must go beside the lone device that is taken.
        line = node("inf1.6xlarge")
        taken = bound(pod("x", neuron=1, scheduler="x"), {"AWS_NEURON_IDS": "2"})
        self.assertTrue(self.fits(pod("p", container("a", neuron=1), container("b", neuron=2)), line, taken))

    def test_init_containers(self):
        small = node("inf2.xlarge")
        self.assertTrue(self.fits(pod("p", cores=2, init=[container("i", cores=2)]), small))
        sidecar = container("s", cores=1, restartPolicy="Always")
        self.assertTrue(self.fits(pod("p", cores=1, init=[sidecar]), small))
        self.assertFalse(self.fits(pod("p", cores=2, init=[sidecar]), small))
        self.assertFalse(self.fits(pod("p", cores=1, init=[sidecar, container("i", cores=2)]), small))
        self.assertTrue(self.fits(pod("p", cores=1, init=[container("i", cores=2), sidecar]), small))

    def test_uuid_annotations(self):
        for notes, ask, expected in (
                ({"aws.amazon.com/use-gpuuuid": "n-AWSNeuron-3"}, dict(neuron=1), True),
                ({"aws.amazon.com/use-gpuuuid": "m-AWSNeuron-3"}, dict(neuron=1), False),
                ({"aws.amazon.com/use-neuron-uuid": "n-AWSNeuron-3, n-AWSNeuron-4"}, dict(neuron=4), False),
                ({"aws.amazon.com/nouse-gpuuuid": "n-AWSNeuron-3"}, dict(neuron=16), False),
                ({"aws.amazon.com/nouse-neuron-uuid": "n-AWSNeuron-3"}, dict(neuron=8), True),
                ({"aws.amazon.com/use-gpuuuid": "n-AWSNeuron-3", "aws.amazon.com/nouse-neuron-uuid":
                  "n-AWSNeuron-3"}, dict(cores=1), False),
                ({"aws.amazon.com/use-gpuuuid": " , "}, dict(neuron=16), True)):
            with self.subTest(notes):
                self.assertEqual(self.fits(pod("p", annotations=notes, **ask)), expected)

    def test_mutex(self):
        one = bound(pod("a", cores=1, scheduler="x"), {"AWS_NEURON_IDS": "1"})
        small, large = node("inf2.xlarge"), node()
        for policy, on, expected in (("mutex", small, False), (" spread , mutex ", small, False),
                                     ("spread", small, True), ("mutex", large, True)):
            with self.subTest(policy):
                self.assertEqual(self.fits(pod("p", cores=1, annotations={checker.POLICY: policy}), on, one),
                                 expected)

    def test_node_state(self):
        want = pod("p", cores=1)
        taint = [{"key": "aws.amazon.com/neuron", "effect": "NoSchedule"}]
        cases = (
            ("free", node(), want, True),
            ("cordoned node", node(unschedulable=True), want, False),
            ("tainted", node(taints=taint), want, False),
            ("tolerated", node(taints=taint),
             pod("p", cores=1, tolerations=[{"key": "aws.amazon.com/neuron", "operator": "Exists"}]), True),
            ("ill", node(conditions={"NeuronHealth": ("True", "NeuronHasError_DMA_ERROR")}), want, False),
            ("well", node(conditions={"NeuronHealth": ("False", "NeuronHasNoError")}), want, True),
            ("not ready hardware", node(conditions={"AcceleratedHardwareReady": ("False", "X")}), want, False),
            ("below capacity", node(allocatable={checker.NEURON: 15, checker.CORE: 30}), want, False),
            ("below, cordoned", node(allocatable={checker.NEURON: 15, checker.CORE: 30},
                                     annotations={"hami.io/device-cordon": "3"}), want, True),
            ("cordoned device", node(annotations={"hami.io/device-cordon": "3"}), pod("p", neuron=16), False),
            ("cores unknown", node(capacity={checker.CORE: 33}), want, False),
            ("cores unknown, device", node(capacity={checker.CORE: 33}), pod("p", neuron=1), True),
            ("no Neuron", node("m5.xlarge"), want, False),
            ("cpu", node("inf2.xlarge"), pod("p", container(cores=1, resources={"cpu": "4"})), False),
            ("selector", node(), pod("p", cores=1, nodeSelector={"kubernetes.io/hostname": "m"}), False),
            ("alias", node(), pod("p", container(resources={checker.ALIAS: "1"})), True),
            ("units disagree", node(), pod("p", container(neuron=1, cores=3)), False),
            ("units agree", node(), pod("p", container(neuron=1, cores=2)), True),
        )
        for name, on, made, expected in cases:
            with self.subTest(name):
                self.assertEqual(self.fits(made, on), expected)

    def test_affinity(self):
        def wants(expression):
            return pod("p", affinity={"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {
                "nodeSelectorTerms": [{"matchExpressions": [expression]}]}}})
        label = "node.kubernetes.io/instance-type"
        for operator, values, expected in (("In", ["trn1.32xlarge"], True), ("NotIn", ["trn1.32xlarge"], False),
                                           ("Exists", None, True), ("DoesNotExist", None, False),
                                           ("Gt", ["1"], False)):
            with self.subTest(operator):
                expression = {"key": label, "operator": operator, **({"values": values} if values else {})}
                self.assertEqual(self.fits(wants(expression)), expected)

    def test_foreign_pods_block(self):
        foreign = bound(pod("f", cores=1, scheduler="x"), {})
        self.assertFalse(self.fits(pod("p", cores=1), node(), foreign))
        self.assertTrue(self.fits(pod("p"), node(), foreign))

    def test_what_is_not_judged(self):
        with self.assertRaises(checker.Unjudged):
            self.fits(pod("p", volumes=[{"name": "v", "persistentVolumeClaim": {"claimName": "c"}}]))
        self.assertTrue(self.fits(pod("p", volumes=[{"name": "v", "emptyDir": {}}])))

    def test_pending_that_fit(self):
        waiting, other = pod("w", cores=1), pod("o", cores=1, scheduler="x")
        self.assertEqual(checker.pending_that_fit([node()], [waiting, other]), [("default/w", "n")])
        full = bound(pod("f", neuron=16), annotations(
            ",".join(map(str, range(16))), "".join(entry(d, 3) for d in range(16)) + ";", core=False))
        self.assertEqual(checker.pending_that_fit([node()], [waiting, full]), [])


if __name__ == "__main__":
    unittest.main()
