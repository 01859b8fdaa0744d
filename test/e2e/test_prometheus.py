"""Debian's Prometheus scrapes the scheduler and answers questions about it."""

import json
import math
import re
import shutil
import subprocess
import unittest
import urllib.error
import urllib.parse
import urllib.request

from support import ROOT
from support.cluster import ClusterTest
from support.pods import pod
from support.wait import wait_until

from processes import Process, free_ports  # from test/controlplane

DOCS = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")


class Prometheus:
    """One of its own: loopback alone, its data in this folder."""

    def __init__(self, folder, target):
        folder.mkdir()
        config = folder / "prometheus.json"  # JSON is YAML.
        config.write_text(json.dumps({
            "global": {"scrape_interval": "1s", "scrape_timeout": "1s"},
            "scrape_configs": [{"job_name": "neuron-scheduler", "static_configs": [{"targets": [target]}]}],
        }), encoding="utf-8")
        self.port = free_ports(1)[0]
        self.process = Process("prometheus", [
            "prometheus", f"--config.file={config}", f"--storage.tsdb.path={folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{self.port}", "--log.level=warn"], folder / "prometheus.log")

    def get(self, path, **parameters):
        """What its API answers; None while it does not answer."""
        url = f"http://127.0.0.1:{self.port}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{parameters}: {error.code} {error.read().decode()}") from None
        except OSError:
            return None

    def value(self, query):
        """The one value of a query; None while there is none."""
        found = self.get("query", query=query)
        return float(found["result"][0]["value"][1]) if found and len(found["result"]) == 1 else None

    def wait_value(self, query, wanted, timeout=30):
        seen = []

        def there():
            seen.append(self.value(query))
            return seen[-1] == wanted

        wait_until(there, timeout, lambda: f"{query} to be {wanted}, it is {seen[-1]}:\n"
                                           f"{self.process.last_lines()}", every=0.3)


@unittest.skipUnless(shutil.which("prometheus"), "no 'prometheus' in PATH (Debian's package of this name)")
class ScrapedByPrometheus(ClusterTest):
    def test_it_answers_questions(self):
        self.plane.make_nodes("trn1.32xlarge", 2)
        scheduler = self.scheduler()
        prometheus = Prometheus(self.plane.dir / "prometheus", f"127.0.0.1:{scheduler.port}")
        self.addCleanup(prometheus.process.kill)
        self.create(*(pod(f"fits-{number}", neuron=4) for number in range(3)), pod("too-big", neuron=17))
        self.wait_bound("fits-0", "fits-1", "fits-2")
        self.wait_refused("too-big")

        prometheus.wait_value('up{job="neuron-scheduler"}', 1)
        prometheus.wait_value('scheduler_schedule_attempts_total{result="scheduled"}', 3)
        prometheus.wait_value('sum by (state) (neuron_scheduler_neuron_devices{state="free"})', 32 - 12)
        prometheus.wait_value('neuron_scheduler_neuron_cores{instance_type="trn1.32xlarge",state="allocated"}', 24)
        prometheus.wait_value('sum(scheduler_pending_pods)', 1)
        prometheus.wait_value('neuron_scheduler_pending_pods{asks="other"}', 1)
        for histogram in ("scheduler_scheduling_attempt_duration_seconds", "scheduler_pod_scheduling_attempts",
                          "scheduler_scheduling_algorithm_duration_seconds",
                          "scheduler_pod_scheduling_sli_duration_seconds",
                          "scheduler_framework_extension_point_duration_seconds"):
            seconds = prometheus.value(f"histogram_quantile(0.99, sum by (le) ({histogram}_bucket))")
            self.assertTrue(seconds is not None and math.isfinite(seconds) and seconds > 0, f"{histogram}: {seconds}")

    def test_it_understands_what_is_documented(self):
        self.plane.make_nodes("trn1.32xlarge", 1)
        scheduler = self.scheduler()
        self.create(pod("too-big", neuron=17))
        self.wait_refused("too-big")
        prometheus = Prometheus(self.plane.dir / "prometheus-docs", f"127.0.0.1:{scheduler.port}")
        self.addCleanup(prometheus.process.kill)
        prometheus.wait_value('up{job="neuron-scheduler"}', 1)

        documented = dict(re.findall(r"^\| `([a-z_]+)` \| (counter|gauge|histogram) \|", DOCS, re.M))
        self.assertGreater(len(documented), 30)
        known = {name: what[0]["type"] for name, what in prometheus.get("metadata").items()}
        # Whoever leads is told only with leader election.
        known.setdefault("leader_election_master_status", "gauge")
        self.assertEqual({name: known.get(name) for name in documented}, documented)
        # Its own about the scrape have no metadata: everything else is ours.
        self.assertEqual(set(known) - set(documented), set())

        watched = re.findall(r"^\| .* \| `([^`]+)`", DOCS.partition("## What to watch")[2], re.M)
        self.assertGreater(len(watched), 5)
        for expression in watched:
            self.assertIsNotNone(prometheus.get("query", query=expression), expression)

    @unittest.skipUnless(shutil.which("promtool"), "no 'promtool' in PATH (Debian's package prometheus)")
    def test_promtool_has_nothing_to_say(self):
        self.plane.make_nodes("inf2.48xlarge", 1)
        scheduler = self.scheduler()
        self.create(pod("fits", cores=1))
        self.wait_bound("fits")
        done = subprocess.run(["promtool", "check", "metrics"], input=scheduler.get("/metrics")[1],
                              capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))


if __name__ == "__main__":
    unittest.main()
