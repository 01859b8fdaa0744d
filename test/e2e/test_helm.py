"""The chart in the real API server: installed, upgraded, tested, uninstalled by helm. There is no kubelet, so the test
plays it: it runs what deploy/image-root makes of the binary, as the image's user under chroot, with the arguments,
environment and files of the pods that the Deployment made."""

import itertools
import os
import re
import shutil
import subprocess
import threading
import time
import unittest
import urllib.error
import urllib.request

from support import ROOT, checker
from support.cluster import ClusterTest
from support.helm import CHART, NAMESPACE, RELEASE, Helm
from support.pods import container, pod as make_pod
from support.proxy import Fault
from support.scheduler import binary
from support.wait import wait_until

import api  # from test/controlplane
from processes import Process, free_ports

EXAMPLES = ROOT / "examples"
KINDS = ("deployments,configmaps,serviceaccounts,services,networkpolicies,poddisruptionbudgets,roles,rolebindings,"
         "clusterroles,clusterrolebindings")
INSTANCE = f"app.kubernetes.io/instance={RELEASE}"
RBAC = "/apis/rbac.authorization.k8s.io/v1"


class Kubelet:
    """Runs containers of pods, each in an image root of its own."""

    def __init__(self, plane, folder, api_port):
        self._plane, self._folder, self._api_port = plane, folder, api_port
        self._count = 0
        self._running = []

    def start(self, pod):
        """Starts the pod's container at an address of its own on loopback; returns a Replica."""
        command, environment, address = self._prepare(pod)
        log = self._folder / f"{pod['metadata']['name']}.log"
        process = Process(pod["metadata"]["name"], command, log, env=environment)
        self._running.append(process)
        return Replica(pod, process, address)

    def run(self, pod):
        """Runs the pod's container to its end; the ended process."""
        command, environment, _ = self._prepare(pod)
        return subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=60)

    def stop(self):
        for process in self._running:
            process.kill()

    def _prepare(self, pod):
        self._count += 1
        root = self._folder / f"root-{self._count}"
        address = f"127.0.0.{1 + self._count}"
        subprocess.run([ROOT / "deploy" / "image-root", binary(), root], check=True)
        [container] = pod["spec"]["containers"]
        volumes = {each["name"]: each for each in pod["spec"]["volumes"]}
        for mount in container["volumeMounts"]:
            folder = root / mount["mountPath"].lstrip("/")
            folder.mkdir(parents=True)
            for name, text in self._content(pod, volumes[mount["name"]]).items():
                (folder / name).write_text(text, encoding="utf-8")
        environment = {"PATH": "/usr/bin", "KUBERNETES_SERVICE_HOST": "127.0.0.1",
                       "KUBERNETES_SERVICE_PORT": str(self._api_port)}
        for variable in container.get("env") or []:
            self._check(variable["valueFrom"] == {"fieldRef": {"apiVersion": "v1", "fieldPath": "status.podIP"}})
            environment[variable["name"]] = address
        arguments = [re.sub(r"\$\((\w+)\)", lambda match: environment[match[1]], each)
                     for each in container["args"]]
        context = pod["spec"]["securityContext"]
        user = f"--userspec={context['runAsUser']}:{context['runAsGroup']}"
        return [shutil.which("chroot"), user, root, *container["command"], *arguments], environment, address

    def _content(self, pod, volume):
        """The files of a volume: {name: text}."""
        if "configMap" in volume:
            return self._config_map(volume["configMap"]["name"])
        files = {}
        for source in volume["projected"]["sources"]:
            if "serviceAccountToken" in source:
                token = self._plane.token(NAMESPACE, pod["spec"]["serviceAccountName"])
                files[source["serviceAccountToken"]["path"]] = token
            elif "configMap" in source:
                texts = self._config_map(source["configMap"]["name"])
                files.update({item["path"]: texts[item["key"]] for item in source["configMap"]["items"]})
            else:
                [item] = source["downwardAPI"]["items"]
                self._check(item["fieldRef"]["fieldPath"] == "metadata.namespace")
                files[item["path"]] = NAMESPACE
        return files

    def _config_map(self, name):
        return self._plane.admin.request("GET", f"/api/v1/namespaces/{NAMESPACE}/configmaps/{name}")["data"]

    @staticmethod
    def _check(known):
        if not known:
            raise AssertionError("the pod wants something that this kubelet does not know")


class Replica:
    """A running pod of the scheduler."""

    def __init__(self, pod, process, address):
        self.pod, self.process = pod, process
        [self.container] = pod["spec"]["containers"]
        self._ports = {each["name"]: each["containerPort"] for each in self.container["ports"]}
        self._address = address

    def get(self, action):
        """The status of a request as a probe makes it; 0 if nothing answers."""
        url = f"http://{self._address}:{self._ports[action['port']]}{action['path']}"
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def probe(self, kind):
        """Whether the livenessProbe or the readinessProbe of the pod is content."""
        if not self.process.running():
            raise AssertionError(f"{self.process.name} ended with {self.process.exit_code()}:\n"
                                 f"{self.process.last_lines(20)}")
        return self.get(self.container[kind]["httpGet"]) == 200


class Installed(ClusterTest):
    options = {"controller_manager": True}
    with_rights = False

    @classmethod
    def setUpClass(cls):
        if os.geteuid() != 0:
            raise unittest.SkipTest("chroot needs root")
        super().setUpClass()
        cls.helm = Helm(cls, cls.plane.admin_kubeconfig)
        enforced = {"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "restricted"}}}
        cls.client.patch("namespaces", NAMESPACE, enforced)
        wait_until(lambda: cls.plane.kubectl("get", "configmap", "kube-root-ca.crt", "-n", NAMESPACE, "-o", "name",
                                             "--ignore-not-found"), 90, "the authority's ConfigMap")

    def setUp(self):
        super().setUp()
        # The port of one process on loopback, for several pods with addresses of their own.
        self.port = free_ports(1)[0]
        self.helm("install", RELEASE, str(CHART), "-n", NAMESPACE, "--set", f"http.port={self.port}")
        self.addCleanup(self.uninstall)
        self.faults, _ = self.proxy()
        folder = self.plane.dir / self._testMethodName
        folder.mkdir()
        self.kubelet = Kubelet(self.plane, folder, self.faults.port)
        self.addCleanup(self.kubelet.stop)

    def uninstall(self):
        done = self.helm.run("uninstall", RELEASE, "-n", NAMESPACE)
        self.assertTrue(done.returncode == 0 or "not found" in done.stderr, done.stderr)
        self.plane.kubectl("delete", "pod,configmap", "-n", NAMESPACE, "-l", INSTANCE, "--grace-period=0", "--force",
                           "--wait=false")
        self.plane.kubectl("delete", "lease", RELEASE, "-n", NAMESPACE, "--ignore-not-found")
        wait_until(lambda: not self.system_pods(), 30, "the pods of the release to be gone")

    def system_pods(self):
        return self.client.list("pods", NAMESPACE, labelSelector=INSTANCE)[0]

    def scheduler_pods(self, count, **annotations):
        """The Deployment's newest pods, once there are so many: those of this checksum, if it is given."""
        def found():
            pods = [pod for pod in self.system_pods()
                    if "deletionTimestamp" not in pod["metadata"] and "pod-template-hash" in pod["metadata"]["labels"]
                    and annotations.items() <= pod["metadata"]["annotations"].items()]
            return pods if len(pods) >= count else None
        return wait_until(found, 30, f"{count} pods of the Deployment")[:count]

    def ready(self, *replicas):
        for replica in replicas:
            for kind in ("livenessProbe", "readinessProbe"):
                wait_until(lambda r=replica, k=kind: r.probe(k), 30, f"the {kind} of {replica.process.name}")

    def cluster(self):
        self.plane.kubectl("apply", "-f", str(EXAMPLES / "node.yaml"))
        for kind in ("inf2.48xlarge", "trn2.48xlarge", "inf2.xlarge"):
            self.plane.make_nodes(kind, 1)

    def deployed(self, resource, name=RELEASE, group="/apis/apps/v1"):
        return self.client.request("GET", f"{group}/namespaces/{NAMESPACE}/{resource}/{name}")

    # Rights

    def granted(self):
        """{(group, resource, verb, name or None)} of the release's roles."""
        rules = self.client.request("GET", f"{RBAC}/clusterroles/{RELEASE}")["rules"]
        rules += self.client.request("GET", f"{RBAC}/namespaces/{NAMESPACE}/roles/{RELEASE}")["rules"]
        return {(group, resource, verb, name) for rule in rules for group in rule["apiGroups"]
                for resource in rule["resources"] for verb in rule["verbs"]
                for name in rule.get("resourceNames") or [None]}

    def used(self):
        """The same of the requests that the scheduler made."""
        rights = set()
        for event in self.requests_of_scheduler():
            what = event["objectRef"]
            resource = "/".join(part for part in (what["resource"], what.get("subresource")) if part)
            for name in (None, what.get("name")):
                rights.add((what.get("apiGroup", ""), resource, event["verb"], name))
        return rights

    def refuse_a_binding(self):
        """Deletes a pod, which a finalizer holds, while its Binding is on the way: 409, and the pod is looked at."""
        fault = self.faults.add(Fault("hold", seconds=1))
        pod = make_pod("dies-early", cores=1)
        pod["metadata"]["finalizers"] = ["example.com/holds"]
        self.create(pod)
        self.assertTrue(fault.hit.wait(30))
        self.client.delete("pods", "dies-early", "default")
        self.assertTrue(fault.done.wait(30))
        self.assertEqual((fault.pod, fault.status), ("dies-early", 409))
        self.client.patch("pods", "dies-early", {"metadata": {"finalizers": None}}, "default")

    def count_an_event_up(self):
        """The third refusal of a pod, as it is since the first one, is counted up in the event of the second one: its
        node grows, and a rival of higher priority takes the place."""
        [node] = self.plane.make_nodes("m5.xlarge", 1)
        cpus = itertools.count(1, 2)

        def grow():
            cpu = {"cpu": str(next(cpus))}
            self.client.patch("nodes", node, {"status": {"allocatable": cpu, "capacity": cpu}}, sub="status")

        def wait_for_place(name, **spec):
            self.create(make_pod(name, container(resources={"cpu": "2"}),
                                 nodeSelector={"kubernetes.io/hostname": node}, **spec))
            self.wait_refused(name, "Insufficient cpu")

        grow()
        wait_for_place("waits")
        for rival in ("rival1", "rival2"):
            wait_for_place(rival, priorityClassName="system-cluster-critical")
            time.sleep(2.5)  # Whoever is in backoff comes after those who are not: a rival for 1 s.
            grow()
            self.wait_bound(rival)

    def test_two_replicas_place_the_examples_with_exactly_their_rights(self):
        self.cluster()
        replicas = [self.kubelet.start(pod) for pod in self.scheduler_pods(2)]
        self.ready(*replicas)
        files = [path for path in sorted(EXAMPLES.glob("*.yaml")) if path.stem != "node"]
        made = []
        for path in files:
            text = self.plane.kubectl("apply", "-f", str(path), "-o", "name")
            made += [line.partition("/")[2] for line in text.splitlines()]
        made.remove("never-fits")
        self.wait_bound(*made)
        self.wait_refused("never-fits")
        self.assertEqual(checker.pending_that_fit(self.nodes(), self.pods()), [])
        self.assert_content()
        self.refuse_a_binding()
        self.count_an_event_up()
        wait_until(lambda: self.granted() <= self.used(), 30,
                   lambda: f"rights to be used: {sorted(map(str, self.granted() - self.used()))}", every=2)
        self.assert_no_forbidden()
        for replica in replicas:
            replica.process.stop(30)
            self.assertEqual(replica.process.exit_code(), 0)

    def test_an_upgrade_changes_what_runs(self):
        self.cluster()
        [before] = self.scheduler_pods(1)
        old = self.kubelet.start(before)
        self.ready(old)
        self.create(make_pod("first", cores=1))
        self.wait_bound("first")

        self.helm("upgrade", RELEASE, str(CHART), "-n", NAMESPACE, "--reuse-values", "--set", "verbosity=4",
                  "--set", "config.podMaxBackoffSeconds=20", "--set", "replicaCount=3")
        template = self.deployed("deployments")["spec"]["template"]
        checksum = {"checksum/config": template["metadata"]["annotations"]["checksum/config"]}
        self.assertFalse(checksum.items() <= before["metadata"]["annotations"].items())
        [after] = self.scheduler_pods(1, **checksum)
        self.assertIn("-v=4", after["spec"]["containers"][0]["args"])
        self.assertIn("podMaxBackoffSeconds: 20",
                      self.deployed("configmaps", group="/api/v1")["data"]["config.yaml"])
        old.process.stop(30)
        self.ready(self.kubelet.start(after))
        self.create(make_pod("second", cores=1))
        self.wait_bound("second")
        self.assert_content()
        self.assert_no_forbidden()

        self.helm("rollback", RELEASE, "1", "-n", NAMESPACE)
        again = self.deployed("deployments")["spec"]
        self.assertEqual(again["replicas"], 2)
        self.assertEqual(again["template"]["metadata"]["annotations"]["checksum/config"],
                         before["metadata"]["annotations"]["checksum/config"])

    def test_helm_test_succeeds_when_the_scheduler_works(self):
        self.cluster()
        results = []
        thread = threading.Thread(target=lambda: results.append(
            self.helm.run("test", RELEASE, "-n", NAMESPACE, "--timeout", "60s")))
        thread.start()
        self.addCleanup(thread.join)
        name = f"{RELEASE}-test"
        wait_until(lambda: any(pod["metadata"]["name"] == name for pod in self.system_pods()), 30, "the test's pod")
        self.assertNotIn("nodeName", self.client.get("pods", name, NAMESPACE)["spec"])
        self.ready(self.kubelet.start(self.scheduler_pods(1)[0]))

        pod = wait_until(lambda: next((pod for pod in self.system_pods() if pod["metadata"]["name"] == name
                                       and pod["spec"].get("nodeName")), None), 30, "the test's pod to be bound")
        done = self.kubelet.run(pod)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("four-devices", done.stdout)
        self.client.patch("pods", name, {"status": {"phase": "Succeeded"}}, NAMESPACE, "status")
        thread.join()
        self.assertEqual(results[0].returncode, 0, results[0].stderr)
        self.assertRegex(results[0].stdout, r"Phase:\s+Succeeded")
        self.assert_no_forbidden()

    def test_uninstalled_nothing_is_left_but_what_runs(self):
        self.cluster()
        replica = self.kubelet.start(self.scheduler_pods(1)[0])
        self.ready(replica)
        self.create(make_pod("stays", cores=1))
        [before] = self.wait_bound("stays")
        listed = self.plane.kubectl("get", KINDS, "-A", "-l", INSTANCE, "-o", "name").split()
        self.assertEqual(len(listed), len(KINDS.split(",")), listed)

        self.helm("uninstall", RELEASE, "-n", NAMESPACE)
        wait_until(lambda: not self.plane.kubectl("get", KINDS, "-A", "-l", INSTANCE, "-o", "name"), 30,
                   "the objects of the release to be gone")
        wait_until(lambda: not self.system_pods(), 30, "the Deployment's pods to be gone")
        self.assertEqual(self.pod("stays")["spec"], before["spec"])
        # Its rights are gone with it: a process that is still there can do nothing.
        self.create(make_pod("late", cores=1))
        wait_until(lambda: any(event.get("responseStatus", {}).get("code") in (401, 403)
                               and event.get("userAgent", "").startswith("neuron-scheduler/")
                               for event in self.plane.audit_events(since=self._mark)), 30, "it to be refused")
        self.assertIsNone(self.node_of("late"))


if __name__ == "__main__":
    unittest.main()
