"""Bad input on a real server: credentials, nodes, pods; objects that vanish at the wrong moment."""

import itertools
import subprocess
import unittest

from support import checker
from support.cluster import ClusterTest
from support.pods import container, pod
from support.proxy import Fault, Proxy
from support.wait import wait_until

import api  # from test/controlplane
import nodes as node_objects
from pki import Pki


class Credentials(ClusterTest):
    def refused_to_start(self, kubeconfig, *texts):
        """The scheduler ends by itself with an error that holds all the texts."""
        scheduler = self.scheduler(kubeconfig=kubeconfig, start=False).start(ready=False)
        scheduler.may_end = True
        try:
            code = scheduler.process.wait(10)
        except subprocess.TimeoutExpired:
            self.fail(f"still running; its log:\n{scheduler.text()}")
        self.assertGreater(code, 0, scheduler.text())
        for text in texts:
            self.assertIn(text, scheduler.text())
        self.assertLess(len(scheduler.text().splitlines()), 5, "one clear error, not a flood")

    def refused_or_waits(self, kubeconfig, *texts):
        """The scheduler ends with an error, or stays not ready and says why."""
        scheduler = self.scheduler(kubeconfig=kubeconfig, start=False).start(ready=False)
        scheduler.may_end = True
        wait_until(lambda: all(text in scheduler.text() for text in texts), 15,
                   lambda: f"{texts} in the log:\n{scheduler.text()}")
        if scheduler.process.exit_code() is None:
            status, ready = scheduler.get("/readyz")
            self.assertEqual(status, 500)
            for text in texts:
                self.assertIn(text, ready)
        self.assertNotEqual(scheduler.process.exit_code(), 0)

    def changed(self, name, change):
        """A copy of the right kubeconfig with its text changed."""
        path = self.plane.dir / f"{name}.kubeconfig"
        path.write_text(change(self.kubeconfig.read_text(encoding="utf-8")), encoding="utf-8")
        return path

    def test_no_such_file(self):
        missing = self.plane.dir / "nowhere.kubeconfig"
        self.refused_to_start(missing, str(missing))

    def test_not_a_kubeconfig(self):
        for name, text in (("empty", ""), ("binary", "\x00\x01\x02"), ("list", "- 1\n"), ("broken", "a: [1, {\n"),
                           ("folder", None)):
            with self.subTest(name):
                path = self.plane.dir / f"{name}.kubeconfig"
                if text is None:
                    path.mkdir()
                else:
                    path.write_text(text, encoding="utf-8")
                self.refused_to_start(path, str(path))

    def test_fields(self):
        cases = (
            ("unknown-context", lambda t: t.replace("current-context: test", "current-context: gone"), "gone"),
            ("unknown-cluster", lambda t: t.replace("    cluster: test", "    cluster: gone"), "gone"),
            ("unknown-user", lambda t: t.replace("    user: test", "    user: gone"), "gone"),
            ("no-server", lambda t: t.replace("    server: ", "    servant: "), "server"),
            ("bad-server", lambda t: t.replace("server: https://", "server: gopher://"),
             "clusters[0].cluster.server"),
            ("bad-base64", lambda t: t.replace("authority-data: ", "authority-data: ~~~"),
             "certificate-authority-data"),
            ("bad-pem", lambda t: t.replace("authority-data: ", "authority-data: AAAA"),
             "certificate authority"),
            ("missing-ca", lambda t: t.replace("    server: ", "    certificate-authority: /no/such.crt\n    server: ")
             .replace("certificate-authority-data", "x-authority-data"), "/no/such.crt"),
            ("missing-token", lambda t: t.replace("    token: ", "    tokenFile: /no/such.token\n    x-token: "),
             "/no/such.token"),
        )
        for name, change, text in cases:
            with self.subTest(name):
                path = self.changed(name, change)
                self.refused_to_start(path, str(path), text)

    def test_wrong_ca(self):
        other = Pki(self.plane.dir / "other-pki", "another-ca")
        path = self.plane.scheduler_kubeconfig("wrong-ca", ca=other.ca)
        self.refused_or_waits(path, "certificate verify failed", f"127.0.0.1:{self.plane.port}")

    def test_wrong_token(self):
        path = self.plane.scheduler_kubeconfig("wrong-token", token="not-a-token")
        self.refused_or_waits(path, "401 Unauthorized")

    def test_no_rights(self):
        self.plane.kubectl("create", "serviceaccount", "nobody", "-n", "default")
        path = self.plane.scheduler_kubeconfig("no-rights", token=self.plane.token("default", "nobody"))
        self.refused_or_waits(path, "system:serviceaccount:default:nobody",
                              *(f'the right "list" on "{what}" is missing' for what in ("pods", "nodes", "namespaces")))

    def test_certificate_for_another_name(self):
        """Signed by the right authority, but for another host."""
        pair = self.plane.pki.serving("elsewhere", "DNS:elsewhere.invalid,IP:10.9.9.9")
        other = Proxy(self.plane.port, str(self.plane.pki.ca), *pair)
        self.addCleanup(other.stop)
        path = self.plane.scheduler_kubeconfig("elsewhere", server=other.server)
        self.refused_or_waits(path, "certificate verify failed")
        self.assertEqual(other.requests, 0)


class OddObjects(ClusterTest):
    def test_odd_nodes(self):
        """Each odd node gets what it can take, and the good one beside it is not disturbed."""
        def odd(name, kind="trn1.32xlarge", **options):
            return node_objects.node(name, kind, **options)

        label = "node.kubernetes.io/instance-type"
        unnamed = odd("unnamed")
        del unnamed["metadata"]["labels"][label]
        made = [
            odd("good"), unnamed,
            odd("strange", labels={label: "zzz.99xlarge"}),
            odd("ratio", capacity={checker.CORE: 33}),
            odd("coreless", capacity={checker.CORE: None}),
            odd("ill", allocatable={checker.NEURON: 15, checker.CORE: 30}),
            odd("cordon", annotations={"hami.io/device-cordon": "0,x,99,3"}),
            odd("empty", capacity={checker.NEURON: 0, checker.CORE: 0}),
            odd("huge", capacity={checker.NEURON: 2**40, checker.CORE: 2**41}),
        ]
        for each in made:
            self.client.create("nodes", each)
        self.scheduler()
        names = [each["metadata"]["name"] for each in made]
        self.create(*(pod(f"core-{name}", cores=1, nodeSelector={"kubernetes.io/hostname": name})
                      for name in names),
                    *(pod(f"row-{name}", neuron=4, nodeSelector={"kubernetes.io/hostname": name})
                      for name in names))
        for name, core, row in (("good", True, True), ("unnamed", True, True), ("strange", True, True),
                                ("ratio", False, True), ("coreless", False, True), ("ill", False, False),
                                ("cordon", True, True), ("empty", False, False), ("huge", False, False)):
            for kind, fits in (("core", core), ("row", row)):
                with self.subTest(f"{kind}-{name}"):
                    if fits:
                        self.wait_bound(f"{kind}-{name}")
                    else:
                        message = self.wait_refused(f"{kind}-{name}")
                        self.assertRegex(message, r"^0/9 nodes are available: .*\.$")
        self.delete(*(self.pod(f"{kind}-huge") for kind in ("core", "row")))
        self.client.delete("nodes", "huge")
        self.assert_content()

    def test_odd_pods(self):
        self.plane.make_nodes("trn1.32xlarge", 2)
        self.scheduler()
        both = {checker.NEURON: "1", checker.CORE: "3"}
        odd = [
            pod("too-many", cores=2**31 + 1), pod("most", neuron=2**62), pod("thirty-three", cores=33),
            pod("two", neuron=2), pod("disagree", container(resources=both)),
            pod("mixed", container("a", neuron=1), container("b", cores=1)),
            pod("no-such-device", neuron=1, annotations={"aws.amazon.com/use-gpuuuid": "nowhere-AWSNeuron-0"}),
            pod("contradiction", neuron=1, annotations={
                "aws.amazon.com/use-gpuuuid": "trn1-32xlarge-0-AWSNeuron-0",
                "aws.amazon.com/nouse-neuron-uuid": "trn1-32xlarge-0-AWSNeuron-0"}),
            pod("long-list", cores=1, annotations={"aws.amazon.com/use-gpuuuid": ",".join(
                f"trn1-32xlarge-9-AWSNeuron-{number}" for number in range(5000))}),
        ]
        self.create(*odd)
        self.create(pod("after", cores=1))
        self.wait_bound("after")
        for each in odd:
            with self.subTest(each["metadata"]["name"]):
                self.assertRegex(self.wait_refused(each["metadata"]["name"]),
                                 r"^0/2 nodes are available: .+\.$")
        self.assert_content()

    def test_a_port_of_the_node_is_given_once(self):
        self.plane.make_nodes("trn1.32xlarge", 1)
        self.scheduler()
        ports = [{"containerPort": 80, "hostPort": 80}]
        self.create(pod("first", container(cores=1, ports=ports)))
        self.wait_bound("first")
        self.create(pod("second", container(cores=1, ports=ports)))
        self.assertEqual(self.wait_refused("second"), "0/1 nodes are available: 1 node(s) didn't have free ports "
                                                      "for the requested pod ports.")
        self.delete(self.pod("first"))
        self.wait_bound("second")
        self.assert_content()

    def test_not_built_yet_is_never_bound(self):
        self.plane.make_nodes("trn1.32xlarge", 1)
        self.scheduler()
        anti = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [
            {"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": {"a": "b"}}}]}}
        spread = [{"maxSkew": 1, "topologyKey": "kubernetes.io/hostname", "whenUnsatisfiable": "DoNotSchedule",
                   "labelSelector": {"matchLabels": {"a": "b"}}}]
        odd = [
            pod("claim", cores=1, volumes=[{"name": "v", "persistentVolumeClaim": {"claimName": "c"}}]),
            pod("anti", cores=1, affinity=anti), pod("spread", cores=1, topologySpreadConstraints=spread),
        ]
        self.create(*odd)
        self.create(pod("after", cores=1))
        self.wait_bound("after")
        for each in odd:
            with self.subTest(each["metadata"]["name"]):
                self.wait_refused(each["metadata"]["name"])
        # Gated pods have their condition from the server, and are not tried.
        self.create(pod("gated", cores=1, schedulingGates=[{"name": "example.com/wait"}]))
        self.create(pod("later", cores=1))
        self.wait_bound("later")
        self.assertIsNone(self.node_of("gated"))
        self.client.patch("pods", "gated", {"spec": {"schedulingGates": None}}, "default")
        self.wait_bound("gated")
        self.assert_content()


class Vanishing(ClusterTest):
    def held(self, *pods, seconds=2):
        """Creates pods while the first Binding is held back; returns the fault once it has been hit."""
        proxy, kubeconfig = self.proxy()
        fault = proxy.add(Fault("hold", seconds=seconds))
        self.scheduler(kubeconfig=kubeconfig)
        self.create(*pods)
        self.assertTrue(fault.hit.wait(30))
        return fault

    def test_pod_deleted_while_being_bound(self):
        self.plane.make_nodes("inf2.xlarge", 1)
        fault = self.held(pod("gone", cores=2))
        self.delete(self.pod("gone"))
        self.assertTrue(fault.done.wait(10))
        self.assertEqual(fault.status, 404)
        self.create(pod("next", cores=2))
        self.wait_bound("next")
        self.assert_content()

    def test_node_deleted_while_being_bound_to(self):
        """The server binds to a node that is gone (201). Under its name a new node inherits the pod."""
        [name] = self.plane.make_nodes("inf2.xlarge", 1)
        fault = self.held(pod("orphan", cores=1))
        self.client.delete("nodes", name)
        self.assertTrue(fault.done.wait(10))
        self.assertEqual(fault.status, 201)
        self.wait_bound("orphan")
        self.create(pod("waits", cores=2))
        self.wait_refused("waits", "no nodes available to schedule pods")
        self.plane.make_nodes("inf2.xlarge", 1)
        self.create(pod("other", cores=1))
        self.wait_bound("other")
        self.wait_refused("waits")
        self.assert_content()

    def test_node_made_again_under_its_name(self):
        [name] = self.plane.make_nodes("trn1.32xlarge", 1)
        self.scheduler()
        self.create(*(pod(f"p{number}", neuron=4) for number in range(3)))
        self.wait_bound("p0", "p1", "p2")
        self.client.delete("nodes", name)
        self.plane.make_nodes("trn1.32xlarge", 1)
        self.create(pod("row", neuron=4), pod("too-much", neuron=4))
        wait_until(lambda: self.node_of("row") or self.node_of("too-much"), 30, "one more row to be given")
        self.wait_rest()
        self.assertEqual(len([each for each in self.pods() if each["spec"].get("nodeName")]), 4)
        self.assert_content()

    def test_node_made_again_with_another_geometry(self):
        """What the pods of the old node hold can't be read on the new one: they are foreign there."""
        [name] = self.plane.make_nodes("trn1.32xlarge", 1)
        self.scheduler()
        self.create(pod("old", cores=1))
        [old] = self.wait_bound("old")
        self.client.delete("nodes", name)
        self.client.create("nodes", node_objects.node(name, "inf2.xlarge"))
        self.create(pod("new", cores=1))
        if checker.read_assignment(old, self.client.get("nodes", name)) is None:
            self.wait_refused("new", "default/old")
        self.delete(old)
        self.wait_bound("new")
        self.assert_content()

    def test_node_becomes_ill_and_well(self):
        [name] = self.plane.make_nodes("trn1.32xlarge", 1)
        self.scheduler()
        self.create(pod("before", cores=1))
        self.wait_bound("before")
        self.create(pod("everything", neuron=16))
        self.wait_refused("everything")

        def health(status, reason):
            conditions = [{"type": "NeuronHealth", "status": status, "reason": reason}]
            self.client.patch("nodes", name, {"status": {"conditions": conditions}}, sub="status",
                              content_type=api.STRATEGIC_PATCH)

        health("True", "NeuronHasError_DMA_ERROR")
        # Bad news wakes nobody: a new pod tells whether the scheduler has seen it.
        numbers = itertools.count()

        def seen():
            name = f"asks{next(numbers)}"
            self.create(pod(name, neuron=16))
            self.wait_refused(name)
            return "NeuronHealth" in self.condition(name)["message"]
        wait_until(seen, 30, "the node's illness to be seen")
        self.create(pod("during", cores=1), pod("plain"))
        self.wait_bound("plain")
        self.wait_refused("during")
        self.assertEqual(self.node_of("before"), name)
        health("False", "NeuronHasNoError")
        self.wait_bound("during")
        self.assert_content()


if __name__ == "__main__":
    unittest.main()
