#!/usr/bin/env python3
"""A real Kubernetes control plane for tests: etcd, kube-apiserver and, if asked for, kube-controller-manager and
kube-scheduler, on free loopback ports, with TLS, RBAC, an audit log and service accounts.

As a module: `with ControlPlane() as plane: ...`. By hand: `controlplane.py up|down|env|status`.
There is no kubelet: nodes are objects only, pods never run, and a pod is deleted with grace period 0.
"""

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import api  # noqa: E402
import nodes as node_objects  # noqa: E402
from pki import Pki  # noqa: E402
from processes import Process, free_ports, kill_recorded, start_time  # noqa: E402

DEPLOY = HERE.parent.parent / "deploy"
SCHEDULER_ACCOUNT = ("kube-system", "neuron-scheduler")
SCHEDULER_USER = "system:serviceaccount:%s:%s" % SCHEDULER_ACCOUNT
_RIGHTS = ("Namespace", "ServiceAccount", "ClusterRole", "Role", "ClusterRoleBinding", "RoleBinding")
_SKIPPED = 77
# Controllers that act on objects alone; those that watch over nodes would miss the kubelets.
_CONTROLLERS = ("serviceaccount-controller,root-ca-certificate-publisher-controller,namespace-controller,"
                "garbage-collector-controller,deployment-controller,replicaset-controller,"
                "statefulset-controller,job-controller,disruption-controller")


class Unavailable(Exception):
    """There is no control plane on this machine; the text is the reason, in one line."""


def binaries(which="controlplane"):
    """The folder of the binaries, built if they are not there yet (minutes, once a machine). which: or "helm"."""
    done = subprocess.run([str(HERE / "build"), which], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          check=False)
    reason = done.stderr.strip().splitlines()[-1:] or ["no output"]
    if done.returncode == _SKIPPED:
        raise Unavailable(reason[0])
    if done.returncode != 0:
        raise RuntimeError(reason[0])
    if not shutil.which("openssl"):
        raise Unavailable("control plane: skipped: no 'openssl' in PATH")
    return Path(done.stdout.strip().splitlines()[-1])


class ControlPlane:
    """One control plane and its files. state_dir: where these live (default: a temporary folder, removed by
    stop()). audit: a level for all requests, or "writes". feature_gates: {name: bool} of kube-apiserver. detached:
    its processes outlive this one."""

    def __init__(self, state_dir=None, *, controller_manager=False, kube_scheduler=False, audit="Metadata",
                 feature_gates=None, detached=False):
        self.bin = binaries()
        self._temporary = state_dir is None
        self.dir = Path(state_dir or tempfile.mkdtemp(prefix="neuron-controlplane-"))
        self.dir.mkdir(parents=True, exist_ok=True)
        self._detached = detached
        self._controller_manager, self._kube_scheduler = controller_manager, kube_scheduler
        self._audit_level = audit
        self._feature_gates = dict(feature_gates or {})
        self.processes = {}
        self._etcd_port, self._peer_port, self.port, self._manager_port, self.kube_scheduler_port = free_ports(5)
        self.server = f"https://127.0.0.1:{self.port}"
        self.pki = None
        self.admin = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    # Life

    def start(self):
        """Starts everything and waits until it is ready; on failure nothing is left running."""
        try:
            self.pki = Pki(self.dir / "pki")
            self._write_files()
            self._start_etcd()
            self._start_apiserver()
            self.admin = api.Client(self.server, str(self.pki.ca), cert=str(self._admin[0]),
                                    key=str(self._admin[1]))
            self.wait_ready()
            self._start_others()
            self._record()
        except BaseException:
            self.stop(keep_files=not self._temporary)
            raise
        return self

    def stop(self, keep_files=False):
        """Ends every process, by its id, and removes a temporary folder."""
        for name in ("kube-scheduler", "kube-controller-manager", "kube-apiserver", "etcd"):
            process = self.processes.pop(name, None)
            if process:
                # Nothing in here is worth a drain of several seconds.
                process.kill()
        (self.dir / "processes.json").unlink(missing_ok=True)
        if self._temporary and not keep_files:
            shutil.rmtree(self.dir, ignore_errors=True)

    def kill_apiserver(self):
        """SIGKILL for kube-apiserver alone; returns when it is gone."""
        self.processes.pop("kube-apiserver").kill()

    def start_apiserver(self):
        """Starts kube-apiserver again on its port, and waits until it is ready."""
        deadline = time.monotonic() + 30
        while True:
            with socket.socket() as sock:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    sock.bind(("127.0.0.1", self.port))
                    break
                except OSError:
                    if time.monotonic() > deadline:
                        raise
            time.sleep(0.05)
        self._start_apiserver()
        self.wait_ready()
        self._record()

    def restart_apiserver(self, down_for=0.0):
        """SIGKILL, down_for seconds without a server, and a new one on the same port."""
        self.kill_apiserver()
        time.sleep(down_for)
        self.start_apiserver()

    def compact(self, version):
        """etcd forgets what was before a resourceVersion, as it does by itself every five minutes."""
        self.ask_etcd("/v3/kv/compaction", {"revision": version, "physical": True})

    def ask_etcd(self, path, body):
        """The answer of etcd's JSON API to a POST request."""
        request = urllib.request.Request(f"http://127.0.0.1:{self._etcd_port}{path}", json.dumps(body).encode())
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def wait_ready(self, timeout=60.0):
        """Waits until kube-apiserver says ready and the namespaces that every cluster has are there."""
        deadline = time.monotonic() + timeout
        last = "no answer yet"
        while time.monotonic() < deadline:
            for process in self.processes.values():
                if not process.running():
                    raise RuntimeError(f"{process.name} ended with code {process.exit_code()} "
                                       f"while starting:\n{process.last_lines()}")
            try:
                self.admin.request("GET", "/readyz")
                for namespace in ("default", "kube-system"):
                    self.admin.get("namespaces", namespace)
                return
            except (api.ApiError, OSError, ValueError) as error:
                last = error
            time.sleep(0.05)
        raise RuntimeError(f"kube-apiserver is not ready after {timeout:.0f} s: {last}")

    # Pieces

    def _write_files(self):
        self._admin = self.pki.certificate("admin", "/O=system:masters/CN=test-admin")
        self._kubeconfig("admin", self._admin)
        # "writes" records what places pods, and little else: for measuring, where every line costs.
        if self._audit_level == "writes":
            rules = [{"level": "Metadata", "verbs": ["create", "delete", "patch"], "resources": [
                {"group": "", "resources": ["pods", "pods/binding", "pods/status"]},
                {"group": "events.k8s.io", "resources": ["events"]}]}, {"level": "None"}]
        else:
            rules = [{"level": self._audit_level}]
        policy = {"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "omitStages": ["RequestReceived"],
                  "rules": rules}
        (self.dir / "audit-policy.json").write_text(json.dumps(policy), encoding="utf-8")

    def _kubeconfig(self, name, pair=None, token=None, server=None, ca=None):
        path = self.dir / f"{name}.kubeconfig"
        api.write_kubeconfig(
            path, server or self.server, ca_data=Path(ca or self.pki.ca).read_bytes(), token=token,
            cert_data=pair[0].read_bytes() if pair else None, key_data=pair[1].read_bytes() if pair else None)
        return path

    def _spawn(self, name, *flags):
        self.processes[name] = Process(name, [self.bin / name, *flags], self.dir / f"{name}.log",
                                       detached=self._detached)
        return self.processes[name]

    def _start_etcd(self):
        client = f"http://127.0.0.1:{self._etcd_port}"
        peer = f"http://127.0.0.1:{self._peer_port}"
        self._spawn("etcd", "--name", "test", "--data-dir", self.dir / "etcd", "--unsafe-no-fsync",
                    "--listen-client-urls", client, "--advertise-client-urls", client,
                    "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
                    "--initial-cluster", f"test={peer}", "--quota-backend-bytes", str(8 << 30),
                    "--log-level", "warn")

    def _start_apiserver(self):
        cert, key = self.pki.serving()
        public, private = self.pki.token_keys()
        off = "TaintNodesByCondition"
        if not self._controller_manager:
            off += ",ServiceAccount"
        gates = ",".join(f"{name}={str(on).lower()}" for name, on in self._feature_gates.items())
        self._spawn(
            "kube-apiserver", f"--etcd-servers=http://127.0.0.1:{self._etcd_port}",
            "--bind-address=127.0.0.1", "--advertise-address=127.0.0.1", f"--secure-port={self.port}",
            f"--client-ca-file={self.pki.ca}", f"--tls-cert-file={cert}", f"--tls-private-key-file={key}",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={public}", f"--service-account-signing-key-file={private}",
            "--service-cluster-ip-range=10.0.0.0/16", "--authorization-mode=Node,RBAC",
            "--endpoint-reconciler-type=none", f"--disable-admission-plugins={off}",
            "--max-requests-inflight=3000", "--max-mutating-requests-inflight=1500",
            f"--audit-policy-file={self.dir / 'audit-policy.json'}",
            f"--audit-log-path={self.dir / 'audit.log'}", "--audit-log-maxsize=10000",
            *([f"--feature-gates={gates}"] if gates else []))

    def _start_others(self):
        if self._controller_manager:
            name = "kube-controller-manager"
            kubeconfig = self._kubeconfig(name, self.pki.certificate(name, f"/CN=system:{name}"))
            self._spawn(name, f"--kubeconfig={kubeconfig}",
                        "--leader-elect=false", "--use-service-account-credentials", "--bind-address=127.0.0.1",
                        f"--secure-port={self._manager_port}", f"--root-ca-file={self.pki.ca}",
                        f"--service-account-private-key-file={self.pki.token_keys()[1]}",
                        f"--controllers={_CONTROLLERS}")
        if self._kube_scheduler:
            self.start_kube_scheduler()

    def start_kube_scheduler(self, *, without=(), requests_per_second=None):
        """Starts the stock kube-scheduler, to be ended with the control plane or by the caller; returns its
        Process. It answers on kube_scheduler_port. without: plugins that its profile leaves out;
        requests_per_second: its client's limit (its own is 50)."""
        name = "kube-scheduler"
        kubeconfig = self._kubeconfig(name, self.pki.certificate(name, f"/CN=system:{name}"))
        connection = {"kubeconfig": str(kubeconfig)}
        if requests_per_second:
            connection |= {"qps": requests_per_second, "burst": requests_per_second}
        config = {"apiVersion": "kubescheduler.config.k8s.io/v1", "kind": "KubeSchedulerConfiguration",
                  "leaderElection": {"leaderElect": False}, "clientConnection": connection,
                  "profiles": [{"plugins": {"multiPoint": {"disabled": [{"name": each} for each in without]}}}]}
        path = self.dir / "kube-scheduler.json"
        path.write_text(json.dumps(config), encoding="utf-8")
        return self._spawn(name, f"--config={path}", "--bind-address=127.0.0.1",
                           f"--secure-port={self.kube_scheduler_port}")

    def _record(self):
        """Writes down what runs, for a later `down`."""
        record = {"server": self.server, "bin": str(self.bin), "processes": {
            name: [process.pid, start_time(process.pid)] for name, process in self.processes.items()}}
        (self.dir / "processes.json").write_text(json.dumps(record), encoding="utf-8")

    # Users

    @property
    def admin_kubeconfig(self):
        return self.dir / "admin.kubeconfig"

    def kubectl(self, *args, stdin=None, check=True):
        """Runs kubectl as admin; returns its standard output, or raises with what it printed."""
        done = subprocess.run([str(self.bin / "kubectl"), "--kubeconfig", str(self.admin_kubeconfig), *args],
                              input=stdin, capture_output=True, text=True, check=False,
                              env={**os.environ, "HOME": str(self.dir), "TZ": "UTC"})
        if check and done.returncode != 0:
            raise RuntimeError(f"kubectl {' '.join(args)} failed: {done.stderr.strip()}")
        return done.stdout

    def decode(self, text):
        """The objects of YAML manifests, of kinds that the server knows."""
        text = self.kubectl("create", "--dry-run=client", "-o", "json", "-f", "-", stdin=text)
        objects = []
        decoder, at = json.JSONDecoder(), 0
        while at < len(text.rstrip()):
            value, end = decoder.raw_decode(text, at)
            objects += value["items"] if value["kind"] == "List" else [value]
            at = end + len(text[end:]) - len(text[end:].lstrip())
        return objects

    def apply_rights(self, folder=DEPLOY):
        """Applies the service account and RBAC objects, and only these, of the YAML files in a folder."""
        files = sorted(Path(folder).glob("*.yaml"))
        if not files:
            raise RuntimeError(f"no *.yaml in {folder}: the scheduler's rights come from there")
        objects = self.decode("\n---\n".join(file.read_text(encoding="utf-8") for file in files))
        rights = [value for value in objects if value["kind"] in _RIGHTS]
        rights.sort(key=lambda value: _RIGHTS.index(value["kind"]))
        body = {"apiVersion": "v1", "kind": "List", "items": rights}
        self.kubectl("apply", "-f", "-", stdin=json.dumps(body))

    def token(self, namespace, name, seconds=86400):
        """A token of a service account."""
        request = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest",
                   "spec": {"expirationSeconds": seconds}}
        path = api.path_of("serviceaccounts", namespace, name, "token")
        return self.admin.request("POST", path, request)["status"]["token"]

    def scheduler_kubeconfig(self, name="scheduler", server=None, token=None, ca=None):
        """A kubeconfig for the scheduler's own service account. server: another address of the same API (a
        proxy); token and ca: others than the right ones."""
        token = token or self.token(*SCHEDULER_ACCOUNT)
        return self._kubeconfig(name, token=token, server=server, ca=ca)

    # What happened

    def audit_mark(self):
        """The audit log's end now, for audit_events."""
        log = self.dir / "audit.log"
        return log.stat().st_size if log.exists() else 0

    def audit_events(self, user=None, since=0):
        """The audit log's events after a mark, of one user if given."""
        events = []
        with open(self.dir / "audit.log", "rb") as log:
            log.seek(since)
            for line in log:
                if not line.endswith(b"\n"):
                    break
                event = json.loads(line)
                if user is None or event["user"].get("username") == user:
                    events.append(event)
        return events

    def make_nodes(self, instance_type, count, **options):
        return node_objects.make_nodes(self.admin, instance_type, count, **options)


# By hand

def _state_dir():
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) / "neuron-scheduler" / "controlplane"


def _recorded(folder):
    try:
        return json.loads((folder / "processes.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _alive(record):
    return {name: pid for name, (pid, started) in record["processes"].items()
            if started is not None and start_time(pid) == started}


def _down(folder, options):
    record = _recorded(folder)
    if record:
        left = [name for name, (pid, started) in record["processes"].items()
                if not kill_recorded(pid, started)]
        if left:
            print(f"still running: {', '.join(left)}", file=sys.stderr)
            return 1
    shutil.rmtree(folder, ignore_errors=True)
    if not options.quiet:
        print("control plane is down" if record else "no control plane was up")
    return 0


def _up(folder, options):
    record = _recorded(folder)
    if record and len(_alive(record)) == len(record["processes"]):
        print(f"already up: {record['server']}, KUBECONFIG={folder}/admin.kubeconfig")
        return 0
    options.quiet = True
    if _down(folder, options) != 0:
        return 1
    plane = ControlPlane(folder, controller_manager=options.controller_manager,
                         kube_scheduler=options.kube_scheduler, detached=True)
    plane.start()
    try:
        if any(DEPLOY.glob("*.yaml")):
            plane.apply_rights()
            plane.scheduler_kubeconfig()
        for spec in options.nodes:
            kind, _, count = spec.partition("=")
            plane.make_nodes(kind, int(count or 1))
    except BaseException:
        plane.stop()
        raise
    print(f"up: {plane.server}, KUBECONFIG={plane.admin_kubeconfig}")
    return 0


def _env(folder, _options):
    record = _recorded(folder)
    if not record or not _alive(record):
        print("no control plane is up; `controlplane.py up` starts one", file=sys.stderr)
        return 1
    print(f"export KUBECONFIG='{folder}/admin.kubeconfig'")
    if (folder / "scheduler.kubeconfig").exists():
        print(f"export NEURON_SCHEDULER_KUBECONFIG='{folder}/scheduler.kubeconfig'")
    print(f"export PATH='{record['bin']}':\"$PATH\"")
    return 0


def _status(folder, _options):
    record = _recorded(folder)
    if not record:
        print("down")
        return 1
    alive = _alive(record)
    print(record["server"])
    for name, (pid, _) in record["processes"].items():
        print(f"  {name:24} {'running, pid ' + str(pid) if name in alive else 'ended'}")
    return 0 if len(alive) == len(record["processes"]) else 1


def main(argv=None):
    parser = argparse.ArgumentParser(description="A real Kubernetes control plane on loopback, for tests.")
    parser.add_argument("--state", type=Path, default=_state_dir(), help="folder for its files (default: %(default)s)")
    commands = parser.add_subparsers(dest="command", required=True)
    up = commands.add_parser("up", help="start it (the first time builds it: minutes)")
    up.add_argument("--controller-manager", action="store_true", help="with kube-controller-manager")
    up.add_argument("--kube-scheduler", action="store_true", help="with the stock kube-scheduler")
    up.add_argument("--nodes", nargs="*", default=[], metavar="TYPE=COUNT", help="nodes to create")
    commands.add_parser("down", help="end it and remove its files")
    commands.add_parser("env", help="print shell lines that point kubectl at it")
    commands.add_parser("status", help="what runs; exit code 1 if not everything does")
    options = parser.parse_args(argv)
    options.quiet = False
    actions = {"up": _up, "down": _down, "env": _env, "status": _status}
    try:
        for spec in getattr(options, "nodes", []):
            kind, _, count = spec.partition("=")
            if kind not in node_objects.INSTANCE_TYPES or not (count or "1").isdigit():
                parser.error(f"--nodes {spec}: want TYPE=COUNT with TYPE one of "
                             f"{' '.join(node_objects.INSTANCE_TYPES)}")
        return actions[options.command](options.state.resolve(), options)
    except Unavailable as reason:
        print(reason, file=sys.stderr)
        return _SKIPPED
    except (RuntimeError, OSError, api.ApiError) as error:
        print(f"control plane: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
