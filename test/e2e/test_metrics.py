"""What /metrics and the health endpoints say after a known piece of work on a real server."""

import unittest

from support.cluster import ClusterTest
from support.pods import pod
from support.wait import wait_until


class Metrics(ClusterTest):
    def test_counts_agree_with_what_happened(self):
        self.plane.make_nodes("trn1.32xlarge", 2)
        scheduler = self.scheduler()
        for path in ("/healthz", "/livez", "/readyz"):
            self.assertEqual(scheduler.get(path)[0], 200, path)
        self.create(*(pod(f"fits-{number}", cores=1) for number in range(20)), pod("too-big", neuron=17))
        self.wait_bound(*(f"fits-{number}" for number in range(20)))
        self.wait_refused("too-big")

        def count(name, **labels):
            return scheduler.metric(f"scheduler_{name}", **labels)

        wait_until(lambda: count("schedule_attempts_total", result="scheduled",
                                 profile="neuron-scheduler") == 20, 10,
                   lambda: "20 scheduled pods in:\n" + scheduler.get("/metrics")[1])
        self.assertGreaterEqual(count("schedule_attempts_total", result="unschedulable"), 1)
        self.assertEqual(count("schedule_attempts_total", result="error"), 0)
        self.assertEqual(count("scheduling_attempt_duration_seconds_count", result="scheduled"), 20)
        self.assertEqual(count("pod_scheduling_sli_duration_seconds_count"), 20)
        self.assertEqual(count("pod_scheduling_attempts_count"), 20)
        self.assertGreaterEqual(count("scheduling_algorithm_duration_seconds_count"), 21)
        self.assertGreaterEqual(count("framework_extension_point_duration_seconds_count", extension_point="Filter",
                                      status="Success", profile="neuron-scheduler"), 21)
        self.assertEqual(count("framework_extension_point_duration_seconds_count", extension_point="Bind",
                               status="Success"), 20)
        self.assertEqual(count("queue_incoming_pods_total", queue="active", event="UnscheduledPodAdd"), 21)
        self.assertGreaterEqual(count("queue_incoming_pods_total", queue="unschedulable",
                                      event="ScheduleAttemptFailure"), 1)
        self.assertGreaterEqual(count("plugin_evaluation_total", plugin="Neuron", extension_point="PreFilter"), 21)
        self.assertGreaterEqual(count("plugin_evaluation_total", plugin="Neuron", extension_point="Filter"), 2)
        self.assertEqual(count("unschedulable_pods", plugin="Neuron", profile="neuron-scheduler"), 1)
        self.assertEqual(count("pending_pods"), 1)
        self.assertEqual(count("cache_size", type="nodes"), 2)
        self.assertEqual(count("cache_size", type="pods"), 20)
        self.assertEqual(scheduler.metric("neuron_scheduler_pending_pods", asks="cores:1"), 0)
        self.assertEqual(scheduler.metric("neuron_scheduler_pending_pods", asks="other"), 1)
        neuron = {"instance_type": "trn1.32xlarge"}
        self.assertEqual(scheduler.metric("neuron_scheduler_neuron_devices", **neuron), 32)
        self.assertEqual(scheduler.metric("neuron_scheduler_neuron_cores", state="allocated", **neuron), 20)
        self.assertEqual(scheduler.metric("neuron_scheduler_neuron_largest_free_set", **neuron), 16)
        self.assertEqual(scheduler.metric("neuron_scheduler_neuron_free_set_nodes", devices="16", **neuron), 1)
        self.assertGreaterEqual(scheduler.metric("rest_client_requests_total", code="201", method="POST"), 20)
        self.assertGreater(scheduler.metric("process_cpu_seconds_total"), 0)


if __name__ == "__main__":
    unittest.main()
