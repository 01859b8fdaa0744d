"""Bindings whose answer is lost, that come late, or never arrive, and networks that fail altogether: a proxy of this
test's own makes it happen. support/size.py has the full form."""

import time
import unittest

from support.cluster import ClusterTest
from support.pods import pod
from support.proxy import Fault, Proxy
from support.size import FULL, size
from support.wait import wait_until
from support.workload import FIFTY_NODES, make_mixed_nodes, mixed_pods

NODES = size((("trn1.32xlarge", 3), ("trn2.48xlarge", 2), ("inf2.48xlarge", 3)), FIFTY_NODES)
COUNT = size(60, 500)  # pods
HELD = size(10, 30)  # seconds


class Faults(ClusterTest):
    def setUp(self):
        super().setUp()
        self.node_names = make_mixed_nodes(self.plane, NODES)
        self.proxy_, kubeconfig = self.proxy()
        self.recorder_ = self.recorder()
        self.kubeconfig_ = kubeconfig

    def judge(self, timeout=60):
        self.wait_rest(timeout)
        self.recorder_.catch_up()
        self.assert_content()
        self.assertEqual(self.recorder_.half_bound(), [])
        self.assert_bound_once()

    def begin(self, *faults):
        for fault in faults:
            self.proxy_.add(fault)
        self.scheduler(kubeconfig=self.kubeconfig_)
        self.create(*mixed_pods(COUNT, 21, self.node_names))
        for fault in faults:
            self.assertTrue(fault.hit.wait(30), f"no {fault.action} happened")

    def test_answer_swallowed(self):
        faults = [Fault("swallow", nth) for nth in (1, 5, 6, 20)]
        self.begin(*faults)
        self.judge()
        for fault in faults:
            self.assertTrue(fault.done.wait(10))
            # The server had bound the pod; the scheduler could not know until it asked again.
            self.assertEqual(fault.status, 201)
            self.assertIsNotNone(self.node_of(fault.pod))

    def test_held_back_and_delivered(self):
        """The cores of the pod in question stay taken until it is known how its Binding ended."""
        fault = Fault("hold", 10, seconds=HELD)
        self.begin(fault)
        self.assertTrue(fault.done.wait(HELD + 10))
        self.judge()
        self.assertIn(fault.status, (201, 409))
        self.assertIsNotNone(self.node_of(fault.pod))

    def test_held_back_while_the_node_is_wanted(self):
        """One node, one core left: who comes second waits, however long the first Binding is on its way."""
        [small] = self.plane.make_nodes("inf2.xlarge", 1, prefix="small")
        where = {"kubernetes.io/hostname": small}
        fault = self.proxy_.add(Fault("hold", 1, seconds=HELD))
        self.scheduler(kubeconfig=self.kubeconfig_)
        self.create(pod("first", cores=2, nodeSelector=where))
        self.assertTrue(fault.hit.wait(30))
        self.create(pod("second", cores=1, nodeSelector=where))
        self.wait_refused("second")
        self.wait_bound("first", timeout=HELD + 20)
        self.assertTrue(fault.done.wait(HELD + 10))
        self.assertIsNone(self.node_of("second"))
        self.assert_content()
        self.delete(self.pod("first"))
        self.wait_bound("second")
        self.assert_content()

    def test_held_back_and_the_pod_is_replaced(self):
        """The late Binding is for a pod that is gone: it must not hit the new pod of the same name."""
        [small] = self.plane.make_nodes("inf2.xlarge", 1, prefix="small")
        where = {"kubernetes.io/hostname": small}
        fault = self.proxy_.add(Fault("hold", 1, seconds=3))
        self.scheduler(kubeconfig=self.kubeconfig_)
        [old] = self.create(pod("again", cores=2, nodeSelector=where))
        self.assertTrue(fault.hit.wait(30))
        self.delete(old)
        [new] = self.create(pod("again", cores=1, nodeSelector=where))
        self.assertTrue(fault.done.wait(20))
        self.assertIn(fault.status, (404, 409))
        self.wait_bound("again")
        self.assertEqual(self.pod("again")["metadata"]["uid"], new["metadata"]["uid"])
        self.assert_content()

    def test_binding_lost_on_the_way(self):
        faults = [Fault("cut", nth) for nth in (1, 4, 4, 9)]
        self.begin(*faults)
        self.judge()

    def test_answers_are_slow(self):
        begin = time.monotonic()
        faults = [Fault("delay", 1, seconds=2) for _ in range(8)]
        self.begin(*faults)
        self.judge()
        # They wait beside each other, not one after the other.
        self.assertLess(time.monotonic() - begin, 30)

    def test_connections_cut_again_and_again(self):
        """Watches too: they resume, and nothing is missed."""
        self.scheduler(kubeconfig=self.kubeconfig_)
        pods = mixed_pods(COUNT, 22, self.node_names)
        created = []
        for first in range(0, COUNT, 10):
            created += self.create(*pods[first:first + 10])
            self.proxy_.cut_all()
            if first == 30:
                self.delete(*created[::2])
        self.judge()

    def begin_and_change(self, change):
        """Half of the pods, then change() while they are being bound, then deletions and the other half."""
        scheduler = self.scheduler(kubeconfig=self.kubeconfig_)
        pods = mixed_pods(COUNT, 23, self.node_names)
        created = self.create(*pods[:COUNT // 2])
        wait_until(lambda: len(self.recorder_.bound_names()) >= 5, 30, "five bound pods", every=0.001)
        change()
        self.delete(*created[::2])
        self.create(*pods[COUNT // 2:])
        return scheduler

    def test_proxy_away_for_a_while(self):
        """Nothing answers on the server's address for some seconds, then it is there again."""
        self.begin_and_change(self.proxy_.stop)
        time.sleep(size(2, HELD))
        again = Proxy(self.plane.port, str(self.plane.pki.ca), *self.plane.pki.serving("proxy"),
                      port=self.proxy_.port)
        self.addCleanup(again.stop)
        self.judge()

    def test_nothing_passes_for_a_while(self):
        """Connections stay open and nobody answers, longer than a Binding may take. Then what was on its way comes
        late; in the full form it is lost, and the old connections, watches too, stay silent for ever."""
        self.begin_and_change(self.proxy_.silence)
        time.sleep(HELD)
        self.proxy_.restore(lost=FULL)
        self.judge(size(60, 240))

    def test_everything_is_slow(self):
        # Of each piece, one after the other: a watch brings ten events a second then.
        self.proxy_.latency = size(0.05, 0.1)
        self.begin_and_change(lambda: None)
        self.judge(size(60, 240))

    def test_watches_are_too_old(self):
        """While the scheduler hears nothing, etcd forgets what it has not heard: 410 when it watches again."""
        def cut_off():
            self.proxy_.silence()
            self.proxy_.cut_all()

        scheduler = self.begin_and_change(cut_off)
        self.plane.compact(int(self.client.list("pods", limit=1)[1]))
        # A server that goes on would have the last changes in memory.
        self.plane.restart_apiserver()
        self.proxy_.restore()
        self.judge()
        for resource in ("pods", "nodes"):
            wait_until(lambda: scheduler.metric("neuron_scheduler_relists_total", resource=resource), 30,
                       f"the {resource} to be listed again")
        self.assertGreaterEqual(self.proxy_.expired, 2)


if __name__ == "__main__":
    unittest.main()
