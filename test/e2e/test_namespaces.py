"""Pods that a running pod's anti-affinity keeps away because of the labels of their namespace."""

import unittest

from support.cluster import ClusterTest
from support.pods import container, pod

KEPT_OFF = "0/1 nodes are available: 1 node(s) didn't satisfy existing pods anti-affinity rules."


class LabelsOfNamespaces(ClusterTest):
    def setUp(self):
        super().setUp()
        self.addCleanup(self.label, None)
        [node] = self.plane.make_nodes("m5.xlarge", 1)
        term = {"topologyKey": "kubernetes.io/hostname", "labelSelector": {},
                "namespaceSelector": {"matchLabels": {"team": "red"}}}
        affinity = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}
        [jealous] = self.create(pod("jealous", container(), scheduler="somebody-else", affinity=affinity))
        self.bind_by_hand(jealous, node)

    def label(self, team):
        self.client.patch("namespaces", "default", {"metadata": {"labels": {"team": team}}})

    def test_a_new_label_wakes_who_was_kept_off(self):
        self.label("red")
        self.scheduler()
        self.create(pod("waits", container()))
        self.assertEqual(self.wait_refused("waits"), KEPT_OFF)
        self.label("blue")
        self.wait_bound("waits")
        self.label("red")
        self.create(pod("too-late", container()))
        self.assertEqual(self.wait_refused("too-late"), KEPT_OFF)
        self.label(None)
        self.wait_bound("too-late")
        self.assert_no_forbidden()

    def test_labels_are_known_before_the_first_decision(self):
        self.label("red")
        self.create(*(pod(f"waits{number}", container()) for number in range(20)))
        self.scheduler()
        for number in range(20):
            self.assertEqual(self.wait_refused(f"waits{number}"), KEPT_OFF)


if __name__ == "__main__":
    unittest.main()
