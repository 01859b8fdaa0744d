"""Hundreds of mixed pods on fifty nodes of five instance types, with deletions and new pods in between."""

import random
import unittest

from support import checker
from support.cluster import ClusterTest
from support.wait import wait_until
from support.workload import make_mixed_nodes, mixed_pods


class MixedPods(ClusterTest):
    def test_five_hundred(self):
        nodes = make_mixed_nodes(self.plane)
        recorder = self.recorder()
        self.scheduler()
        waves = [mixed_pods(250, 1, nodes, "first"), mixed_pods(150, 2, nodes, "second"),
                 mixed_pods(100, 3, nodes, "large", large=True)]
        rng = random.Random(4)
        for wave in waves:
            self.create(*wave)
            # Deletes while the rest of the wave is still being placed: bound pods mostly, some that wait.
            wait_until(lambda: len(recorder.bound_names()) > 100, 60, "the first hundred pods")
            bound, waiting = [], []
            for pod in self.pods():
                (bound if pod["spec"].get("nodeName") else waiting).append(pod)
            self.delete(*rng.sample(bound, len(bound) // 4), *waiting[:10])
        self.wait_rest()
        recorder.catch_up()

        self.assert_content()
        self.assertEqual(recorder.half_bound(), [])
        self.assertGreaterEqual(len(recorder.bound_names()), 400)
        # What still waits says why. If nothing did, the state of rest would prove nothing.
        waiting = [pod for pod in self.pods() if not pod["spec"].get("nodeName")]
        self.assertGreater(len(waiting), 5)
        for pod in waiting:
            with self.subTest(checker.name_of(pod)):
                self.assertRegex(self.wait_refused(pod["metadata"]["name"]), r"^0/50 nodes are available: .+\.$")
        self.assert_bound_once()
        self.assert_no_forbidden()


if __name__ == "__main__":
    unittest.main()
