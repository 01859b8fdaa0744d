"""hami.io/node-register-aws-neuron on nodes: written by who leads, once for each change, and read by nobody."""

import itertools
import unittest

from support.cluster import ClusterTest
from support.pods import pod
from support.wait import wait_until

import api  # from test/controlplane

KEY = "hami.io/node-register-aws-neuron"
CORDON = "hami.io/device-cordon"
ELECTED = "--leader-elect=true"


def register(node, devices, cores, ill=()):
    return "".join(f"{node}-AWSNeuron-{device},{cores},0,{2 ** cores - 1},AWSNeuron,0,"
                   f"{'false' if device in ill else 'true'}:" for device in range(devices))


class Register(ClusterTest):
    later = itertools.count()

    def annotations(self, node):
        return self.client.get("nodes", node)["metadata"].get("annotations") or {}

    def wait_register(self, node, text):
        wait_until(lambda: self.annotations(node).get(KEY) == text, 30,
                   lambda: f"{node} to be registered as {text}; it is {self.annotations(node).get(KEY)}")

    def annotate(self, node, **annotations):
        self.client.patch("nodes", node, {"metadata": {"annotations": {
            {"register": KEY, "cordon": CORDON}.get(name, name): value for name, value in annotations.items()}}})

    def patches(self):
        return [event["objectRef"]["name"] for event in self.requests_of_scheduler()
                if event["verb"] == "patch" and event["objectRef"]["resource"] == "nodes"]

    def wait_seen(self, *nodes):
        """Waits until the scheduler must have seen, and looked at, what nodes are now: nodes made later are there."""
        [later] = self.plane.make_nodes("inf2.xlarge", 1, first=next(self.later))
        self.wait_register(later, register(later, 1, 2))
        return [name for name in self.patches() if name in nodes]

    def test_appears_and_follows_the_node(self):
        [torus] = self.plane.make_nodes("trn1.32xlarge", 1)
        [large] = self.plane.make_nodes("trn2.48xlarge", 1)
        [plain] = self.plane.make_nodes("m5.xlarge", 1)
        self.scheduler()
        self.wait_register(torus, register(torus, 16, 2))
        [k] = {int(self.client.get("nodes", large)["status"]["capacity"]["aws.amazon.com/neuroncore"]) // 16}
        self.wait_register(large, register(large, 16, k))
        self.annotate(torus, cordon="3,15")
        self.wait_register(torus, register(torus, 16, 2, ill=(3, 15)))
        self.annotate(torus, cordon=None)
        self.wait_register(torus, register(torus, 16, 2))
        # Somebody else's text is mended; devices that go take it along.
        self.annotate(torus, register="nonsense")
        self.wait_register(torus, register(torus, 16, 2))
        gone = {"aws.amazon.com/neuron": None, "aws.amazon.com/neuroncore": None}
        self.client.patch("nodes", large, {"status": {"capacity": gone, "allocatable": gone}}, sub="status")
        self.wait_register(large, None)
        self.assertNotIn(KEY, self.annotations(plain))
        self.assert_no_forbidden()

    def test_once_for_each_change(self):
        nodes = self.plane.make_nodes("inf2.24xlarge", 3)
        scheduler = self.scheduler()
        for node in nodes:
            self.wait_register(node, register(node, 6, 2))
        # Pods come and go, the node reports, labels change: nothing of that is a reason.
        self.create(*(pod(f"p{number}", devices=1) for number in range(6)))
        self.wait_bound(*(f"p{number}" for number in range(6)))
        self.client.patch("nodes", nodes[0], {"metadata": {"labels": {"example.com/x": "y"}}})
        self.assertEqual(sorted(self.wait_seen(*nodes)), sorted(nodes))
        # Nor is a new start.
        scheduler.terminate()
        scheduler.start()
        self.assertEqual(sorted(self.wait_seen(*nodes)), sorted(nodes))

    def test_lies_are_not_believed(self):
        [node] = self.plane.make_nodes("inf2.xlarge", 1)
        self.annotate(node, register=register(node, 1, 2, ill=(0,)))
        self.scheduler("--config", self.config(registers=False))
        self.create(pod("placed", cores=2))
        self.wait_bound("placed")
        self.assertEqual(self.annotations(node)[KEY], register(node, 1, 2, ill=(0,)))
        self.assertEqual(self.patches(), [])

    def config(self, registers):
        path = self.plane.dir / f"{self._testMethodName}.yaml"
        path.write_text("apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n"
                        "leaderElection: {leaderElect: false}\nprofiles:\n- schedulerName: neuron-scheduler\n"
                        f"  pluginConfig: [{{name: Neuron, args: {{registerNodes: {str(registers).lower()}}}}}]\n",
                        encoding="utf-8")
        return str(path)

    def test_without_the_right_all_else_goes_on(self):
        role = self.client.request("GET", "/apis/rbac.authorization.k8s.io/v1/clusterroles/neuron-scheduler")
        self.addCleanup(self.plane.apply_rights)
        rules = [rule for rule in role["rules"] if (rule["resources"], rule["verbs"]) != (["nodes"], ["patch"])]
        self.assertEqual(len(rules), len(role["rules"]) - 1)
        self.client.request("PATCH", "/apis/rbac.authorization.k8s.io/v1/clusterroles/neuron-scheduler",
                            {"rules": rules}, content_type=api.MERGE_PATCH)
        nodes = self.plane.make_nodes("inf2.xlarge", 2)
        scheduler = self.scheduler()
        wait_until(lambda: scheduler.metric("neuron_scheduler_writes_dropped_total", write="node") == 1, 30,
                   "the refusal to be counted")
        self.create(pod("one", cores=2), pod("two", cores=2))
        self.wait_bound("one", "two")
        self.assertEqual(len(self.patches()), 1)
        self.assertEqual(scheduler.text().count("is not kept up to date"), 1)
        for node in nodes:
            self.assertNotIn(KEY, self.annotations(node))


class RegisterOfReplicas(ClusterTest):
    def test_only_who_leads_writes(self):
        [node] = self.plane.make_nodes("inf2.xlarge", 1)
        self.addCleanup(self.plane.kubectl, "delete", "lease", "neuron-scheduler", "-n", "kube-system",
                        "--ignore-not-found")
        leader = self.scheduler(ELECTED)
        wait_until(lambda: leader.metric("leader_election_master_status") == 1, 30, "the lease to be held")
        follower = self.scheduler(ELECTED)
        self.client.patch("nodes", node, {"metadata": {"annotations": {CORDON: "0"}}})
        text = register(node, 1, 2, ill=(0,))
        wait_until(lambda: (self.client.get("nodes", node)["metadata"].get("annotations") or {}).get(KEY) == text, 30,
                   "the cordon to be registered")
        self.assertEqual(follower.metric("rest_client_requests_total", method="PATCH"), 0)
        self.assertGreaterEqual(leader.metric("rest_client_requests_total", method="PATCH", code="200"), 1)


if __name__ == "__main__":
    unittest.main()
