"""Two replicas, of which the leader dies, or stops for a while at a chosen point and goes on: what was bound stays
bound once, and the other binds the rest. support/size.py has the full form."""

import signal
import subprocess
import time
import unittest

from support import lease
from support.cluster import ClusterTest
from support.proxy import Fault
from support.scheduler import binary
from support.size import size
from support.wait import wait_until
from support.workload import FIFTY_NODES, make_mixed_nodes, mixed_pods

NODES = size((("trn1.32xlarge", 3), ("trn2.48xlarge", 2), ("inf2.48xlarge", 3)), FIFTY_NODES)
COUNT = size(90, 500)  # pods
FIRST = COUNT * 2 // 3  # of them, before the fault
STOPPED = size(10, 30)  # seconds
LEASE = size(7, 15)  # seconds
_FLAG = "--leader-elect-lease-duration"
_TIMES = (f"{_FLAG}={LEASE}s", f"--leader-elect-renew-deadline={size(5, 10)}s",
          f"--leader-elect-retry-period={size(1, 2)}s")


class Failover(ClusterTest):
    @classmethod
    def setUpClass(cls):
        if binary() and _FLAG not in subprocess.run([binary(), "--help"], stdout=subprocess.PIPE, text=True,
                                                    check=True).stdout:
            raise unittest.SkipTest(f"this neuron-scheduler elects no leader: it has no {_FLAG}")
        super().setUpClass()

    def setUp(self):
        super().setUp()
        lease.forget(self.client)
        self.pods_ = mixed_pods(COUNT, 41, make_mixed_nodes(self.plane, NODES))
        self.recorder_ = self.recorder()
        self.proxy_, kubeconfig = self.proxy("first")
        self.leader_ = self.scheduler("--leader-elect=true", *_TIMES, kubeconfig=kubeconfig)
        self.identity_ = wait_until(lambda: lease.holder(self.client), 30, "a leader")
        self.other_proxy_, kubeconfig = self.proxy("second")
        self.other_ = self.scheduler("--leader-elect=true", *_TIMES, kubeconfig=kubeconfig)

    def wait_other(self):
        wait_until(lambda: lease.holder(self.client) not in ("", self.identity_), LEASE + 20, "the other to lead")
        wait_until(lambda: self.other_proxy_.binds, 30, "the other to bind")

    def judge(self):
        self.wait_rest()
        self.recorder_.catch_up()
        self.assert_content()
        self.assertEqual(self.recorder_.half_bound(), [])
        self.assert_bound_once()

    def test_leader_killed(self):
        """Between its Bindings; the other must wait until the lease has passed."""
        self.create(*self.pods_[:FIRST])
        wait_until(lambda: len(self.proxy_.binds) >= 20, 30, "20 bound pods", every=0.001)
        self.leader_.kill()
        self.create(*self.pods_[FIRST:])
        self.assertEqual(self.other_proxy_.binds, [])
        self.wait_other()
        self.judge()

    def stop_and_continue(self, fault=None):
        """Stops the leader when the fault has hit; the other takes over; the first goes on, finds that it leads no
        more, writes nothing and ends with code 1, as kube-scheduler does. Started anew, it follows."""
        if fault:
            self.proxy_.add(fault)
        self.create(*self.pods_[:FIRST])
        if fault:
            self.assertTrue(fault.hit.wait(30), "the chosen point was not reached")
        else:
            self.wait_rest()
        begin = time.monotonic()
        self.leader_.process.send(signal.SIGSTOP)
        try:
            self.create(*self.pods_[FIRST:])
            self.wait_other()
            time.sleep(max(0.0, begin + STOPPED - time.monotonic()))
            written = list(self.proxy_.binds)
        finally:
            self.leader_.may_end = True
            self.leader_.process.send(signal.SIGCONT)
        self.assertEqual(self.leader_.process.wait(30), 1)
        self.assertEqual(self.proxy_.binds, written)
        self.leader_.start()
        self.judge()
        self.assertEqual(self.proxy_.binds, written)

    def test_leader_stopped_before_a_binding_arrives(self):
        """It is delivered while the leader stands still, and before the lease has passed; the Bindings behind it
        were decided and are not written any more."""
        self.stop_and_continue(Fault("hold", 15, seconds=1))

    def test_leader_stopped_before_the_answer_to_a_binding(self):
        self.stop_and_continue(Fault("delay", 15, seconds=1))

    def test_leader_stopped_after_a_binding_was_lost(self):
        """What it held for the unclear Binding is the other's to give away."""
        self.stop_and_continue(Fault("cut", 15))

    def test_leader_stopped_while_it_renews_its_lease(self):
        self.stop_and_continue(Fault("hold", 1, seconds=1, match=lease.is_renewal))

    def test_leader_stopped_at_rest(self):
        self.stop_and_continue()


if __name__ == "__main__":
    unittest.main()
