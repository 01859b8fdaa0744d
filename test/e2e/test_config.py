"""A configuration file: profiles with rules of their own, and mistakes in it."""

import subprocess

from support.cluster import ClusterTest
from support.pods import container, pod

import nodes as node_objects  # from test/controlplane

HEADER = "apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n"

TWO_PROFILES = HEADER + """
leaderElection: {leaderElect: false}
profiles:
- schedulerName: emptiest
- schedulerName: fullest
  plugins:
    score:
      disabled: [{name: '*'}]
      enabled: [{name: NodeResourcesFit, weight: 1}]
  pluginConfig:
  - name: NodeResourcesFit
    args:
      apiVersion: kubescheduler.config.k8s.io/v1
      kind: NodeResourcesFitArgs
      scoringStrategy: {type: MostAllocated}
"""

MISTAKES = HEADER + """
parallelism: 0
extenders: [{urlPrefix: "http://127.0.0.1:1"}]
leaderElection: {leaseduration: 15s}
profiles:
- schedulerName: a
  plugins: {postFilter: {enabled: [{name: DefaultPreemption}]}}
- schedulerName: a
  pluginConfig: [{name: NodeResourcesFit, args: {scoringStrategy: {type: Most}}}]
"""

NAMED = (
    "parallelism: Invalid value: 0",
    "extenders[0]: extenders are not built yet",
    'unknown field "leaderElection.leaseduration"',
    'profiles[0].plugins.postFilter.enabled[0].name: Invalid value: "DefaultPreemption": plugin is not built yet',
    'profiles[1].schedulerName: Duplicate value: "a"',
    'profiles[1].pluginConfig[0].args.scoringStrategy.type: Unsupported value: "Most"',
)


class Configuration(ClusterTest):
    def file(self, text):
        path = self.plane.dir / f"{self._testMethodName}.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    def test_profiles_have_rules_of_their_own(self):
        for name in ("busy", "idle"):
            self.client.create("nodes", node_objects.node(name, "m5.xlarge"))
        busy = pod("here-first", container(resources={"cpu": "2", "memory": "4Gi"}), nodeName="busy")
        self.create(busy)
        self.scheduler("--config", self.file(TWO_PROFILES))
        wants = {"cpu": "500m", "memory": "1Gi"}
        self.create(pod("full", container(resources=wants), scheduler="fullest"))
        self.wait_bound("full")
        self.assertEqual(self.node_of("full"), "busy")
        self.create(pod("empty", container(resources=wants), scheduler="emptiest"))
        self.wait_bound("empty")
        self.assertEqual(self.node_of("empty"), "idle")

    def test_every_mistake_is_named(self):
        path = self.file(MISTAKES)
        scheduler = self.scheduler("--config", path, start=False).start(ready=False)
        scheduler.may_end = True
        try:
            code = scheduler.process.wait(10)
        except subprocess.TimeoutExpired:
            self.fail(f"still running; its log:\n{scheduler.text()}")
        self.assertEqual(code, 1)
        for text in NAMED:
            self.assertIn(f"{path}: {text}", scheduler.text())
