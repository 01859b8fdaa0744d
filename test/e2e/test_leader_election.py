"""Two replicas and one lease: exactly one of them schedules, whatever happens to it."""

import signal
import time
import unittest

from support.cluster import ClusterTest
from support.pods import pod
from support.proxy import Fault
from support.wait import wait_until
from support.workload import make_mixed_nodes, mixed_pods

import api  # from test/controlplane

NODES = (("trn1.32xlarge", 3), ("trn2.48xlarge", 2), ("inf2.48xlarge", 3))
LEASE = 4
# The shortest times that leave a Binding its second.
SHORT = (f"--leader-elect-lease-duration={LEASE}s", "--leader-elect-renew-deadline=3s",
         "--leader-elect-retry-period=500ms")
TAKEOVER = LEASE + 2 * 1.1 + 5  # Two jittered retry periods, and a slow machine.
WHERE = ("kube-system", "neuron-scheduler")


class LeaderElection(ClusterTest):
    def setUp(self):
        super().setUp()
        self.node_names = make_mixed_nodes(self.plane, NODES)
        self.addCleanup(self.delete_lease)

    # The lease

    def lease(self):
        return self.client.get("leases", WHERE[1], WHERE[0])

    def delete_lease(self):
        try:
            self.client.delete("leases", WHERE[1], WHERE[0])
        except api.ApiError as error:
            if error.status != 404:
                raise

    def hold_lease(self, **spec):
        """Somebody else creates or takes the lease."""
        body = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
                "metadata": {"name": WHERE[1], "namespace": WHERE[0]}, "spec": spec}
        return self.client.create("leases", body, WHERE[0])

    # The replicas

    def replica(self, *arguments, kubeconfig=None):
        return self.scheduler(*(arguments or SHORT), kubeconfig=kubeconfig)

    @staticmethod
    def leads(scheduler):
        return scheduler.metric("leader_election_master_status") == 1

    def wait_leads(self, scheduler, timeout=TAKEOVER):
        wait_until(lambda: self.leads(scheduler), timeout, "the lease to be held")

    def pair(self, **leader_options):
        """(leader, follower)"""
        leader = self.replica(**leader_options)
        self.wait_leads(leader)
        follower = self.replica()
        return leader, follower

    def wait_lost(self, scheduler, timeout=5):
        """It ends with 1 and says why."""
        scheduler.may_end = True
        self.assertEqual(scheduler.process.wait(timeout), 1)
        self.assertIn("leaderelection lost", scheduler.text())

    def judge(self):
        self.wait_rest()
        self.assert_content()
        self.assert_bound_once()
        self.assert_no_forbidden()

    # Tests

    def test_one_of_two_leads(self):
        leader, follower = self.pair()
        self.assertEqual(follower.get("/readyz")[0], 200)
        self.assertIn("[+]leaderElection ok", follower.get("/healthz?verbose")[1])
        spec = self.lease()["spec"]
        self.assertRegex(spec["holderIdentity"], r"^[^_]+_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
        self.assertEqual((spec["leaseDurationSeconds"], spec["leaseTransitions"]), (LEASE, 0))
        for key in ("acquireTime", "renewTime"):
            self.assertRegex(spec[key], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")
        self.create(*mixed_pods(40, 31, self.node_names))
        self.judge()
        self.assertFalse(self.leads(follower))
        self.assertEqual(follower.metric("scheduler_schedule_attempts_total"), 0)
        self.assertEqual(follower.metric("rest_client_requests_total", method="POST"), 0)
        # It knows all that the leader knows.
        for kind in ("nodes", "pods"):
            wait_until(lambda kind=kind: follower.metric("scheduler_cache_size", type=kind)
                       == leader.metric("scheduler_cache_size", type=kind), 5, f"the same {kind}")
        wait_until(lambda: self.lease()["spec"]["renewTime"] > spec["renewTime"], LEASE, "the lease to be renewed")
        self.assertEqual(self.lease()["spec"]["acquireTime"], spec["acquireTime"])

    def test_leader_killed(self):
        recorder = self.recorder()
        leader, follower = self.pair()
        self.create(*mixed_pods(60, 32, self.node_names))
        wait_until(lambda: len(recorder.bound_names()) >= 10, 30, "10 bound pods", every=0.001)
        leader.kill()
        self.create(pod("later", cores=1))
        self.wait_leads(follower)
        self.judge()
        self.assertIsNotNone(self.node_of("later"))
        self.assertEqual(self.lease()["spec"]["leaseTransitions"], 1)

    def test_leader_stopped_and_continued(self):
        recorder = self.recorder()
        proxy, kubeconfig = self.proxy()
        leader, follower = self.pair(kubeconfig=kubeconfig)
        self.create(*mixed_pods(60, 33, self.node_names))
        wait_until(lambda: len(recorder.bound_names()) >= 10, 30, "10 bound pods", every=0.001)
        leader.process.send(signal.SIGSTOP)
        self.wait_leads(follower)
        self.wait_rest()
        bound = list(proxy.binds)
        self.create(pod("later", cores=1))
        leader.process.send(signal.SIGCONT)
        self.wait_lost(leader)
        self.assertEqual(proxy.binds, bound)
        self.judge()

    def test_leader_stopped_with_bindings_in_line(self):
        """One node; its Bindings go out one after the other, and the third one is on its way when time stops."""
        node = next(name for name in self.node_names if name.startswith("inf2"))
        proxy, kubeconfig = self.proxy()
        leader, follower = self.pair(kubeconfig=kubeconfig)
        fault = proxy.add(Fault("hold", 3, seconds=2))
        self.create(*[pod(f"p{i}", cores=2, nodeSelector={"kubernetes.io/hostname": node}) for i in range(12)])
        self.assertTrue(fault.hit.wait(30))
        leader.process.send(signal.SIGSTOP)
        self.wait_leads(follower)
        self.wait_bound(*[f"p{i}" for i in range(12)])
        bound = list(proxy.binds)
        leader.process.send(signal.SIGCONT)
        self.wait_lost(leader)
        self.assertEqual(proxy.binds, bound)
        self.judge()

    def test_leader_terminated_gives_the_lease_back(self):
        times = ("--leader-elect-lease-duration=60s", "--leader-elect-renew-deadline=40s",
                 "--leader-elect-retry-period=500ms")
        leader = self.replica(*times)
        self.wait_leads(leader)
        follower = self.replica(*times)
        self.create(*mixed_pods(40, 34, self.node_names))
        self.assertEqual(leader.terminate(), 0)
        self.wait_leads(follower, 10)
        self.judge()
        self.assertEqual(self.lease()["spec"]["leaseTransitions"], 1)
        # Nobody is there to take it now: what giving back leaves behind.
        before = self.lease()["spec"]
        self.assertEqual(follower.terminate(), 0)
        spec = self.lease()["spec"]
        self.assertEqual(spec["holderIdentity"], "")
        self.assertEqual((spec["leaseDurationSeconds"], spec["leaseTransitions"]), (1, 1))
        self.assertEqual(spec["acquireTime"], spec["renewTime"])
        self.assertGreater(spec["acquireTime"], before["acquireTime"])

    def test_lease_held_by_a_stranger(self):
        # Its times say nothing: the stranger's clock may be wrong.
        self.hold_lease(holderIdentity="stranger", leaseDurationSeconds=3, leaseTransitions=7,
                        acquireTime="2001-01-01T00:00:00.000000Z", renewTime="2001-01-01T00:00:00.000000Z")
        scheduler = self.replica()
        self.create(pod("p", cores=1))
        begin = time.monotonic()
        while time.monotonic() - begin < 4:
            time.sleep(1)
            lease = self.lease()
            self.assertEqual(lease["spec"]["holderIdentity"], "stranger")
            lease["spec"]["renewTime"] = f"2001-01-01T00:00:{int(time.monotonic() - begin):02}.000000Z"
            self.client.request("PUT", api.path_of("leases", *WHERE), lease)
        self.assertIsNone(self.node_of("p"))
        self.assertIn("held by stranger", scheduler.text())
        self.wait_leads(scheduler)
        self.wait_bound("p")
        self.assertEqual(self.lease()["spec"]["leaseTransitions"], 8)
        self.assert_content()

    def test_lease_taken_by_a_stranger(self):
        scheduler = self.replica()
        self.wait_leads(scheduler)

        def take():
            lease = self.lease()
            lease["spec"]["holderIdentity"] = "stranger"
            try:
                return self.client.request("PUT", api.path_of("leases", *WHERE), lease)
            except api.ApiError as error:
                if error.status != 409:
                    raise
                return None
        wait_until(take, 5, "the lease to be taken")
        self.wait_lost(scheduler)
        self.assertEqual(self.lease()["spec"]["holderIdentity"], "stranger")

    def test_lease_deleted(self):
        leader, follower = self.pair()
        holder = self.lease()["spec"]["holderIdentity"]
        self.delete_lease()

        def there():
            try:
                return self.lease()
            except api.ApiError:
                return None
        lease = wait_until(there, 5, "the lease to be there again")
        if lease["spec"]["holderIdentity"] != holder:  # The other one was faster.
            self.wait_lost(leader)
            leader = follower
        self.wait_leads(leader)
        self.create(*mixed_pods(20, 35, self.node_names))
        self.judge()

    def test_leader_cut_off(self):
        """The network of the leader fails: it ends before another one can lead."""
        proxy, kubeconfig = self.proxy()
        leader, follower = self.pair(kubeconfig=kubeconfig)
        proxy.stop()
        leader.may_end = True
        self.assertEqual(leader.process.wait(LEASE + 1), 1)
        self.assertFalse(self.leads(follower))
        self.wait_leads(follower)
        self.create(*mixed_pods(20, 36, self.node_names))
        self.judge()


if __name__ == "__main__":
    unittest.main()
