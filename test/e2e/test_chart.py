"""What the chart renders, without installing it: helm's own checks, the schema, and the real API server's opinion on
each object."""

import copy
import json
import re
import shutil
import subprocess
import textwrap
import unittest

from support import ROOT
from support.helm import CHART, NAMESPACE, RELEASE, Helm
from support.pods import container, pod as make_pod
from support.wait import wait_until

import api  # from test/controlplane
import controlplane

SCHEMA = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))

# Values as people set them; every template has both sides of its conditions in here.
VALUES = {
    "default": [],
    "one replica without election": ["replicaCount=1", "config.leaderElection.leaderElect=false"],
    "another profile and its arguments": [
        "config.profiles[0].schedulerName=neuron", "config.profiles[0].percentageOfNodesToScore=40",
        "config.profiles[0].plugins.score.disabled[0].name=ImageLocality",
        "config.profiles[0].plugins.multiPoint.enabled[0].name=Neuron",
        "config.profiles[0].plugins.multiPoint.enabled[0].weight=50",
        "config.profiles[0].pluginConfig[0].name=NodeResourcesFit",
        "config.profiles[0].pluginConfig[0].args.scoringStrategy.type=MostAllocated"],
    "nodes are left alone": ["config.profiles[0].schedulerName=neuron-scheduler",
                             "config.profiles[0].pluginConfig[0].name=Neuron",
                             "config.profiles[0].pluginConfig[0].args.registerNodes=false"],
    "a lease elsewhere": ["config.leaderElection.resourceName=other", "config.leaderElection.leaseDuration=30s",
                          "config.leaderElection.resourceNamespace=kube-public"],
    "image by digest, with a secret": ["image.repository=registry.example/neuron-scheduler",
                                       "image.digest=sha256:" + "0123456789abcdef" * 4,
                                       "imagePullSecrets[0].name=pull"],
    "account and rights of somebody else": ["serviceAccount.create=false", "serviceAccount.name=mine",
                                            "rbac.create=false"],
    "annotated account, uid of the cluster": [r"serviceAccount.annotations.example\.com/note=x", "runAsUser=null",
                                              "runAsGroup=null"],
    "names": ["nameOverride=scheduler", "fullnameOverride=" + "n" * 80],
    "ports and addresses": ["http.port=9999", "http.ipFamily=IPv6", "verbosity=4", "extraArgs[0]=--seed=7"],
    "metrics": ["prometheusRule.enabled=true", "serviceMonitor.labels.release=prometheus",
                "service.scrapeAnnotations=true",
                r"service.annotations.example\.com/note=x", "serviceMonitor.interval=1m",
                "networkPolicy.from[0].namespaceSelector.matchLabels.name=monitoring",
                "networkPolicy.from[1].ipBlock.cidr=10.0.0.0/8"],
    "all that is optional is off": ["service.enabled=false", "serviceMonitor.enabled=false",
                                    "networkPolicy.enabled=false", "podDisruptionBudget.enabled=false",
                                    "priorityClassName=", "tolerations=null", "nodeSelector=null", "resources=null"],
    "placement of the pods": [
        "replicaCount=3", "podDisruptionBudget.maxUnavailable=2", r"podAnnotations.example\.com/note=x",
        "podLabels.team=ml", r"nodeSelector.kubernetes\.io/arch=arm64", "tolerations[0].key=a",
        "tolerations[0].operator=Exists", "resources.limits.memory=1Gi",
        "topologySpreadConstraints[0].topologyKey=kubernetes.io/hostname", "topologySpreadConstraints[0].maxSkew=1",
        "topologySpreadConstraints[0].whenUnsatisfiable=DoNotSchedule",
        "topologySpreadConstraints[0].labelSelector.matchLabels.team=ml",
        "affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey=zone",
        "affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].labelSelector.matchLabels.a=b"],
}

# What must be refused, and a part of what is said.
REFUSED = {
    "unknown key": ("replicas=3", "'replicas' not allowed"),
    "unknown key of the image": ("image.tagg=1", "'tagg' not allowed"),
    "unknown key of the configuration": ("config.profile=x", "'profile' not allowed"),
    "unknown key of the election": ("config.leaderElection.leaseDurations=15s", "'leaseDurations' not allowed"),
    "unknown extension point": ("config.profiles[0].plugins.scores.enabled[0].name=Neuron", "'scores' not allowed"),
    "unknown key of a plugin": ("config.profiles[0].plugins.score.enabled[0].wieght=1", "'wieght' not allowed"),
    "unknown key of a toleration": ("tolerations[0].efect=NoSchedule", "'efect' not allowed"),
    "unknown key of the monitor": ("serviceMonitor.intervall=1m", "'intervall' not allowed"),
    "unknown key of resources": ("resources.request.cpu=1", "'request' not allowed"),
    "unknown key of affinity": ("affinity.podAntiAfinity.x=1", "'podAntiAfinity' not allowed"),
    "number as text": ("verbosity=high", "got string, want integer"),
    "verbosity too high": ("verbosity=11", "maximum"),
    "port out of range": ("http.port=70000", "maximum"),
    "time without a unit": ("serviceMonitor.interval=x30", "does not match pattern"),
    "digest of the wrong form": ("image.digest=latest", "does not match pattern"),
    "argument that is no flag": ("extraArgs[0]=verbose", "does not match pattern"),
    "no profile": ("config.profiles=null", "missing property 'profiles'"),
    "profile without a name": ("config.profiles[0].percentageOfNodesToScore=5,config.profiles[0].schedulerName=null",
                               "/config/profiles/0/schedulerName"),
    "unknown version of the configuration": ("config.apiVersion=kubescheduler.config.k8s.io/v1beta3", "value must be"),
    "label that is the chart's": (r"podLabels.app\.kubernetes\.io/name=x", "/podLabels/app.kubernetes.io"),
    "annotation that is the chart's": ("podAnnotations.checksum/config=x", "/podAnnotations/checksum"),
    "root": ("runAsUser=0", "minimum"),
    "nothing may be disrupted": ("podDisruptionBudget.maxUnavailable=0", "minimum"),
    "two replicas without election": ("config.leaderElection.leaderElect=false",
                                      "replicaCount above 1 needs config.leaderElection.leaderElect: true"),
    "the cluster's own scheduler": ("config.profiles[0].schedulerName=default-scheduler",
                                    "schedulerName default-scheduler belongs to the cluster's own scheduler"),
    "account without a name": ("serviceAccount.create=false", "serviceAccount.name is needed"),
}


def settings(values):
    return [part for value in values for part in ("--set", value)]


class Rendering(unittest.TestCase):
    """What needs helm alone."""

    @classmethod
    def setUpClass(cls):
        cls.helm = Helm(cls)

    def test_helm_finds_nothing_to_say(self):
        for name, values in VALUES.items():
            with self.subTest(name):
                self.helm("lint", "--strict", str(CHART), *settings(values))

    def test_refused(self):
        for name, (values, says) in REFUSED.items():
            with self.subTest(name):
                done = self.helm.run("template", RELEASE, str(CHART), "--set", values)
                self.assertNotEqual(done.returncode, 0)
                self.assertIn(says, done.stderr)

    def test_the_manifests_for_people_without_helm_are_what_it_renders(self):
        """./dev manifests writes them."""
        self.assertEqual((ROOT / "deploy" / "manifests.yaml").read_text(encoding="utf-8"),
                         self.helm.template("--skip-tests"))

    def test_it_packages(self):
        out = self.helm("package", str(CHART), "--destination", self.helm.folder)
        self.assertIn("neuron-scheduler-", out)

    def test_a_change_of_the_configuration_alone_restarts_the_pods(self):
        def checksum(*values):
            [found] = re.findall(r"checksum/config: (\w+)", self.helm.template(*settings(values)))
            return found

        self.assertEqual(checksum(), checksum("verbosity=4"))
        self.assertNotEqual(checksum(), checksum("config.podMaxBackoffSeconds=20"))
        self.assertNotEqual(checksum(), checksum("config.leaderElection.resourceName=other"))

    def test_the_right_to_patch_nodes_goes_with_the_argument(self):
        def patches_nodes(*values):
            if values:
                values = ("config.profiles[0].schedulerName=neuron-scheduler", *values)
            rules = self.helm.template(*settings(values), "--show-only", "templates/rbac.yaml")
            return bool(re.search(r"resources: \[nodes\]\n +verbs: \[patch\]", rules))

        config = "config.profiles[0].pluginConfig[0]."
        self.assertTrue(patches_nodes())
        self.assertTrue(patches_nodes(config + "name=Neuron", config + "args.registerNodes=true"))
        self.assertTrue(patches_nodes(config + "name=Neuron", config + "args.kind=NeuronArgs"))
        self.assertTrue(patches_nodes(config + "name=NodeName", config + "args.registerNodes=false"))
        self.assertFalse(patches_nodes(config + "name=Neuron", config + "args.registerNodes=false"))
        self.assertFalse(patches_nodes("config.profiles[1].schedulerName=other",
                                       *(value.replace("[0].", "[1].", 1) for value in (
                                           config + "name=Neuron", config + "args.registerNodes=false"))))

    def test_the_tag_follows_the_program(self):
        [version] = re.findall(r"^project\(neuron-scheduler VERSION (\S+)",
                               (ROOT / "CMakeLists.txt").read_text(encoding="utf-8"), re.M)
        self.assertIn(f'image: "neuron-scheduler:{version}"', self.helm.template())


class Schema(unittest.TestCase):
    def test_every_object_names_its_keys(self):
        """Free are maps of texts, and what the API server or the scheduler judges itself."""
        free = set()

        def walk(schema, path):
            if schema.get("type") == "object":
                if "additionalProperties" not in schema:
                    free.add(path)
                elif schema["additionalProperties"] is False:
                    self.assertTrue(schema["properties"], path)
            for key in ("properties", "definitions"):
                for name, inner in schema.get(key, {}).items():
                    if inner is not False:
                        walk(inner, f"{path}.{name}" if path else name)
            if "items" in schema:
                walk(schema["items"], path + "[]")

        walk(SCHEMA, "")
        self.assertEqual(free, {
            "global", "profile.pluginConfig[].args", "spread.labelSelector", "networkPolicy.from[].podSelector",
            "networkPolicy.from[].namespaceSelector", "affinity.nodeAffinity", "affinity.podAffinity",
            "affinity.podAntiAffinity"})

    def test_every_value_is_listed_and_explained_in_values_yaml(self):
        text = (CHART / "values.yaml").read_text(encoding="utf-8")
        listed = re.findall(r"^([A-Za-z]+):", text, re.M)
        self.assertEqual(set(listed), set(SCHEMA["properties"]) - {"global"})


class OnServer(unittest.TestCase):
    """What the real API server says of each rendered object."""

    @classmethod
    def setUpClass(cls):
        cls.helm = Helm(cls)
        try:
            cls.plane = controlplane.ControlPlane().start()
        except controlplane.Unavailable as reason:
            raise unittest.SkipTest(str(reason)) from None
        cls.addClassCleanup(cls.plane.stop)
        make_monitoring_kinds(cls.plane)
        enforced = {"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "restricted"}}}
        cls.plane.admin.patch("namespaces", NAMESPACE, enforced)

    def dry_run(self, text):
        """What kubectl prints of each object that would be made."""
        return self.plane.kubectl("create", "--dry-run=server", "--validate=strict", "-f", "-", stdin=text)

    def test_every_object_is_accepted(self):
        for name, values in VALUES.items():
            with self.subTest(name):
                text = self.helm.template(*settings(values), monitoring=True)
                made = self.dry_run(text)
                self.assertEqual(len(made.splitlines()), len(re.findall("^kind:", text, re.M)))

    def test_the_pods_are_accepted_where_restricted_is_enforced(self):
        for name, values in VALUES.items():
            with self.subTest(name):
                objects = self.plane.decode(self.helm.template(*settings(values)))
                [deployment] = [each for each in objects if each["kind"] == "Deployment"]
                pod = copy.deepcopy(deployment["spec"]["template"])
                pod["metadata"].update(name="from-the-template", namespace=NAMESPACE)
                self.dry_run(json.dumps({"apiVersion": "v1", "kind": "Pod", **pod}))
        # The server does look: one right more, and it refuses.
        pod["spec"]["containers"][0]["securityContext"]["capabilities"]["add"] = ["SYS_TIME"]
        with self.assertRaisesRegex(RuntimeError, "violates PodSecurity"):
            self.dry_run(json.dumps({"apiVersion": "v1", "kind": "Pod", **pod}))

    def test_the_policy_of_the_docs_refuses_neuron_pods_without_the_name(self):
        docs = (ROOT / "docs" / "running-beside.md").read_text(encoding="utf-8")
        [block] = re.findall(r"\n((?:    .*\n)*    kind: ValidatingAdmissionPolicy\n(?:    .*\n)*)", docs)
        self.plane.kubectl("apply", "-f", "-", stdin=textwrap.dedent(block))

        def refused(**pod):
            try:
                self.plane.admin.request("POST", api.path_of("pods", "default") + "?dryRun=All", make_pod("p", **pod))
                return False
            except api.ApiError as error:
                self.assertIn("a pod that asks for Neuron needs schedulerName neuron-scheduler", error.message)
                return True

        other = "default-scheduler"
        wait_until(lambda: refused(cores=1, scheduler=other), 30, "the policy to be in force")
        self.assertTrue(refused(neuron=1, scheduler=other))
        self.assertTrue(refused(init=[container("first", cores=1)], scheduler=other))
        self.assertFalse(refused(cores=1))
        self.assertFalse(refused(scheduler=other))
        self.assertFalse(refused(init=[container("first")], scheduler=other))

    def test_the_monitoring_kinds_come_only_where_they_exist_and_are_wanted(self):
        def kinds(*values, monitoring):
            return set(re.findall("^kind: (ServiceMonitor|PrometheusRule)$",
                                  self.helm.template(*settings(values), monitoring=monitoring), re.M))

        self.assertEqual(kinds("prometheusRule.enabled=true", monitoring=False), set())
        self.assertEqual(kinds(monitoring=True), {"ServiceMonitor"})
        self.assertEqual(kinds("prometheusRule.enabled=true", monitoring=True), {"ServiceMonitor", "PrometheusRule"})
        self.assertEqual(kinds("serviceMonitor.enabled=false", monitoring=True), set())
        self.assertEqual(kinds("service.enabled=false", monitoring=True), set())

    def rules(self, *values):
        text = self.helm.template("--set", "prometheusRule.enabled=true", *settings(values),
                                  "--show-only", "templates/prometheusrule.yaml", monitoring=True)
        [rule] = self.plane.decode(text)
        return rule["spec"]

    def promtool(self, *args):
        return subprocess.run(["promtool", *args], capture_output=True, text=True, check=False)

    def test_the_alerts_are_sound(self):
        if not shutil.which("promtool"):
            self.skipTest("no 'promtool' in PATH (Debian's package prometheus)")
        file = self.plane.dir / "rules.yaml"
        file.write_text(json.dumps(self.rules()), encoding="utf-8")
        done = self.promtool("check", "rules", "--lint-fatal", str(file))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

        # When they fire; annotations are texts.
        rules = self.rules()
        for rule in rules["groups"][0]["rules"]:
            del rule["annotations"]
        file.write_text(json.dumps(rules), encoding="utf-8")
        tests = self.plane.dir / "rules-test.yaml"
        tests.write_text(json.dumps({"rule_files": [str(file)], "evaluation_interval": "1m", "tests": ALERTS}),
                         encoding="utf-8")
        done = self.promtool("test", "rules", str(tests))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        tried = {each["alertname"] for test in ALERTS for each in test["alert_rule_test"] if each["exp_alerts"]}
        self.assertEqual(tried, {rule["alert"] for rule in rules["groups"][0]["rules"]})

    def test_the_alerts_read_metrics_that_exist(self):
        docs = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
        documented = set(re.findall(r"^\| `([a-z_]+)` \|", docs, re.M))
        for rule in self.rules()["groups"][0]["rules"]:
            [metric] = re.findall(r"([a-z_]+)\{", rule["expr"])
            self.assertIn(metric, documented | {"up"}, rule["alert"])

    def test_without_election_nobody_misses_the_leader(self):
        names = [rule["alert"] for rule in self.rules(
            "replicaCount=1", "config.leaderElection.leaderElect=false")["groups"][0]["rules"]]
        self.assertNotIn("NeuronSchedulerNoLeader", names)
        self.assertIn("NeuronSchedulerDown", names)


_OF = f'job="{RELEASE}", namespace="{NAMESPACE}"'


def _series(name, values, more=""):
    return {"series": f"{name}{{{_OF}{more}}}", "values": values}


def _alert(name, at, severity=None, **labels):
    """What is expected of an alert: that it fires with these labels; without a severity that it does not."""
    fires = [{"exp_labels": {"severity": severity, **labels}}] if severity else []
    return {"alertname": name, "eval_time": at, "exp_alerts": fires}


# What a healthy pair of replicas shows, and the same with each fault.
_HEALTHY = [
    _series("up", "1x90", ', pod="a"'), _series("up", "1x90", ', pod="b"'),
    _series("leader_election_master_status", "1x90", ', pod="a"'),
    _series("leader_election_master_status", "0x90", ', pod="b"'),
    _series("neuron_scheduler_watch_news_age_seconds", "20x90", ', pod="a", resource="pods"'),
    _series("scheduler_schedule_attempts_total", "0+9x90", ', pod="a", result="scheduled"'),
    _series("scheduler_schedule_attempts_total", "3x90", ', pod="a", result="error"'),
    _series("neuron_scheduler_bind_unknown_total", "2x90", ', pod="a"'),
    _series("neuron_scheduler_foreign_pods", "0x90", ', pod="a"'),
    _series("neuron_scheduler_annotation_drift_pods", "0x90", ', pod="a"'),
    _series("neuron_scheduler_neuron_devices", "0x90", ', pod="a", instance_type="other", state="blocked"'),
    _series("neuron_scheduler_neuron_devices", "16x90", ', pod="a", instance_type="other", state="free"'),
]
_NAMES = ("NeuronSchedulerDown", "NeuronSchedulerNoLeader", "NeuronSchedulerOutOfTouch", "NeuronSchedulerErrors",
          "NeuronSchedulerBindingsUnclear", "NeuronForeignPods", "NeuronAssignmentsChanged", "NeuronDevicesBlocked")
ALERTS = [
    {"name": "healthy", "interval": "1m", "input_series": _HEALTHY,
     "alert_rule_test": [_alert(name, "80m") for name in _NAMES]},
    {"name": "down", "interval": "1m", "input_series": [_series("up", "1x9 0x40", ', pod="a"')],
     "alert_rule_test": [_alert("NeuronSchedulerDown", "14m"),
                         _alert("NeuronSchedulerDown", "20m", "critical")]},
    {"name": "faults", "interval": "1m", "input_series": [
        _series("leader_election_master_status", "0x90", ', pod="a"'),
        _series("neuron_scheduler_watch_news_age_seconds", "0+60x90", ', pod="a", resource="nodes"'),
        _series("scheduler_schedule_attempts_total", "0+1x90", ', pod="a", result="error"'),
        _series("neuron_scheduler_bind_unknown_total", "0+1x90", ', pod="a"'),
        _series("neuron_scheduler_foreign_pods", "1x90", ', pod="a"'),
        _series("neuron_scheduler_annotation_drift_pods", "1x90", ', pod="a"'),
        _series("neuron_scheduler_neuron_devices", "12x90", ', pod="a", instance_type="other", state="blocked"'),
        _series("neuron_scheduler_neuron_devices", "4x90",
                ', pod="a", instance_type="trn1.32xlarge", state="blocked"')],
     "alert_rule_test": [
         _alert("NeuronSchedulerNoLeader", "60m", "critical"),
         _alert("NeuronSchedulerOutOfTouch", "60m", "warning", pod="a", resource="nodes"),
         _alert("NeuronSchedulerErrors", "60m", "warning"),
         _alert("NeuronSchedulerBindingsUnclear", "60m", "warning"),
         _alert("NeuronForeignPods", "60m", "warning"), _alert("NeuronAssignmentsChanged", "60m", "warning"),
         _alert("NeuronDevicesBlocked", "60m", "warning")]},
]


def make_monitoring_kinds(plane):
    """ServiceMonitor and PrometheusRule, as far as a server must know them to hold objects of theirs."""
    for kind in ("ServiceMonitor", "PrometheusRule"):
        plural = kind.lower() + "s"
        plane.admin.request("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", {
            "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": {"name": f"{plural}.monitoring.coreos.com"},
            "spec": {"group": "monitoring.coreos.com", "scope": "Namespaced",
                     "names": {"kind": kind, "plural": plural, "singular": kind.lower(), "listKind": kind + "List"},
                     "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {
                         "type": "object", "properties": {"spec": {
                             "type": "object", "x-kubernetes-preserve-unknown-fields": True}}}}}]}})
    plane.kubectl("wait", "--for=condition=Established", "--timeout=30s", "crd", "--all")


if __name__ == "__main__":
    unittest.main()
