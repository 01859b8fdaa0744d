"""The scheduler, and the API server, die in the middle of work and come back. support/size.py has the full form."""

import http.client
import unittest

from support.cluster import ClusterTest
from support.size import size
from support.wait import wait_until
from support.workload import FIFTY_NODES, make_mixed_nodes, mixed_pods

import api  # from test/controlplane

NODES = size((("trn1.32xlarge", 6), ("trn2.48xlarge", 4), ("inf2.48xlarge", 6), ("inf1.6xlarge", 4)), FIFTY_NODES)
COUNT = size(150, 500)  # pods
FIRST = COUNT * 2 // 3  # of them, before something dies


class Restarts(ClusterTest):
    def setUp(self):
        super().setUp()
        self.node_names = make_mixed_nodes(self.plane, NODES)
        self.wanted = mixed_pods(COUNT, 11, self.node_names)

    def judge(self, recorder):
        self.wait_rest()
        recorder.catch_up()
        self.assert_content()
        self.assertEqual(recorder.half_bound(), [])
        self.assertGreater(len(recorder.bound_names()), 100)

    def test_scheduler_killed(self):
        recorder = self.recorder()
        scheduler = self.scheduler()
        self.create(*self.wanted[:FIRST])
        for bound in size((20, 50), range(20, 220, 20)):
            wait_until(lambda: len(recorder.bound_names()) >= bound, 30, f"{bound} bound pods", every=0.001)
            scheduler.kill()
            scheduler.start(ready=False)
        self.create(*self.wanted[FIRST:])
        self.judge(recorder)
        self.assert_bound_once()

    def test_scheduler_killed_while_pods_wait_and_go(self):
        """Pods that come and go while no scheduler runs."""
        recorder = self.recorder()
        scheduler = self.scheduler()
        first = self.create(*self.wanted[:80])
        self.wait_rest()
        scheduler.kill()
        self.delete(*first[::2])
        self.create(*self.wanted[80:])
        scheduler.start()
        self.judge(recorder)
        self.assert_bound_once()

    def test_scheduler_terminated(self):
        """SIGTERM: what is being bound is finished, exit code 0, nothing half done."""
        recorder = self.recorder()
        scheduler = self.scheduler()
        self.create(*self.wanted[:FIRST])
        wait_until(lambda: len(recorder.bound_names()) >= 20, 30, "20 bound pods", every=0.001)
        self.assertEqual(scheduler.terminate(), 0)
        self.assert_content()
        scheduler.start()
        self.create(*self.wanted[FIRST:])
        self.judge(recorder)

    def test_apiserver_killed(self):
        recorder = self.recorder()
        scheduler = self.scheduler()
        pods = self.wanted
        created = self.create(*pods[:FIRST])
        wait_until(lambda: len(recorder.bound_names()) >= 20, 30, "20 bound pods", every=0.001)
        self.plane.restart_apiserver(down_for=2)
        # Changes right after the restart, which the scheduler's watches must not miss.
        self.delete(*created[::3])
        self._create_patiently(pods[FIRST:])
        self.judge(recorder)
        self.assert_bound_once()
        self.assertEqual(scheduler.get("/readyz")[0], 200)
        self.assertIsNone(scheduler.process.exit_code())

    def test_apiserver_is_late(self):
        """The scheduler starts before the API server is there, waits, and becomes ready by itself."""
        self.plane.kill_apiserver()
        try:
            scheduler = self.scheduler(start=False).start(ready=False)
            with self.assertRaises(AssertionError):
                wait_until(lambda: scheduler.get("/readyz")[0] == 200, 3, "readiness without a server")
            self.assertIsNone(scheduler.process.exit_code())
        finally:
            self.plane.start_apiserver()
        scheduler.wait_ready(60)
        created = self.create(*self.wanted[:5])
        self.wait_rest()
        self.assert_content()
        self.assertEqual(len(created), 5)

    def _create_patiently(self, pods):
        for pod in pods:
            def create(body=pod):
                try:
                    return self.client.create("pods", body, "default")
                except (OSError, http.client.HTTPException):
                    return None
                except api.ApiError as error:
                    if error.status in (429, 500, 503):
                        return None
                    raise
            wait_until(create, 30, "the API server to take a pod")


if __name__ == "__main__":
    unittest.main()
