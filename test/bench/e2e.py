#!/usr/bin/env python3
"""How fast a backlog of one-core pods is bound on a real API server, by three contenders in turn:

neuron-scheduler   the binary of NEURON_SCHEDULER_BINARY
kube-scheduler     the stock one, client limits raised to 5000 a second; it counts cores and places nothing
bare loop          a Binding with the same annotations and an event for each pod, no decision: what the server
                   can take. Python, several processes, requests made beforehand, 16 at a time.

Each run has a control plane of its own: nodes of five types, all pods created first, then the contender started.
Rate: from the first Binding to the last, by the audit log. Everything shares the cores of this machine.

With --server demo-cluster, neuron-scheduler alone runs against the embedded API server: the line without a real
server's cost. There the Bindings are timed by a watch.
"""

import argparse
import datetime
import json
import multiprocessing
import os
import re
import shutil
import socket
import ssl
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "test" / "e2e"))

from support import checker  # noqa: E402
from support.pods import pod  # noqa: E402
from support.scheduler import binary  # noqa: E402

import api  # noqa: E402  (from test/controlplane)
from controlplane import SCHEDULER_ACCOUNT, ControlPlane, Unavailable  # noqa: E402
from nodes import create_all, make_nodes  # noqa: E402
from processes import Process, free_ports  # noqa: E402

TYPES = ("trn1.32xlarge", "trn2.48xlarge", "inf2.48xlarge", "inf1.6xlarge", "inf2.xlarge")
PATIENCE = 300  # seconds for one backlog
CONNECTIONS = 16
PROCESSES = 4
_TICK = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid):
    """User and system time of a process, its ended children included."""
    text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    fields = text[text.rindex(")") + 2:].split()
    return sum(int(value) for value in fields[11:15]) / _TICK


def peak_mib(pid):
    for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


class Contender:
    """Something that binds pods. pids: what its CPU time and memory are taken from."""

    def __init__(self, plane):
        self.plane = plane
        self.process = None

    scheduler_name = None

    def start(self):
        raise NotImplementedError

    def failed(self):
        return not self.process.running()

    def pids(self):
        return [self.process.pid]

    def stop(self):
        self.process.kill()


class NeuronScheduler(Contender):
    scheduler_name = "neuron-scheduler"

    def start(self):
        self.process = Process(self.scheduler_name, [
            binary(), "--kubeconfig", self.plane.scheduler_kubeconfig(), "--leader-elect=false",
            "--http-address", f"127.0.0.1:{free_ports(1)[0]}"], self.plane.dir / "neuron-scheduler.log")


class KubeScheduler(Contender):
    scheduler_name = "default-scheduler"

    def start(self):
        pair = self.plane.pki.certificate("kube-scheduler", "/CN=system:kube-scheduler")
        kubeconfig = self.plane.dir / "kube-scheduler.kubeconfig"
        api.write_kubeconfig(kubeconfig, self.plane.server, ca_data=self.plane.pki.ca.read_bytes(),
                             cert_data=pair[0].read_bytes(), key_data=pair[1].read_bytes())
        config = self.plane.dir / "kube-scheduler.json"
        config.write_text(json.dumps({
            "apiVersion": "kubescheduler.config.k8s.io/v1", "kind": "KubeSchedulerConfiguration",
            "leaderElection": {"leaderElect": False},
            "clientConnection": {"kubeconfig": str(kubeconfig), "qps": 5000, "burst": 5000}}), encoding="utf-8")
        self.process = Process("kube-scheduler", [
            self.plane.bin / "kube-scheduler", f"--config={config}", "--bind-address=127.0.0.1",
            f"--secure-port={free_ports(1)[0]}"], self.plane.dir / "kube-scheduler.log")


class BareLoop(Contender):
    scheduler_name = "nobody"

    def start(self):
        nodes = [node for node in self.plane.admin.list("nodes")[0]]
        pods = [each for each in self.plane.admin.list("pods", "default")[0]]
        token = self.plane.token(*SCHEDULER_ACCOUNT)
        work = [(_request(token, *_binding(each, node)), _request(token, *_event(each, node)))
                for each, node in zip(pods, _one_core_places(nodes))]
        shares = [work[first::PROCESSES] for first in range(PROCESSES)]
        self._workers = [multiprocessing.Process(target=_work, args=(share, self.plane.port, str(self.plane.pki.ca)),
                                                 daemon=True) for share in shares]
        for worker in self._workers:
            worker.start()

    def failed(self):
        return any(worker.exitcode for worker in self._workers)

    def pids(self):
        return [worker.pid for worker in self._workers if worker.is_alive()]

    def stop(self):
        for worker in self._workers:
            worker.kill()
            worker.join()


def _one_core_places(nodes):
    """(node name, core) for ever, node by node: no core twice."""
    for core in range(128):
        for node in nodes:
            if core < int(node["status"]["capacity"][checker.CORE]):
                yield node, core


def _binding(made, place):
    node, core = place
    name, k = node["metadata"]["name"], checker.Geometry(node).k
    now = time.time_ns()
    meta = made["metadata"]
    annotations = {
        "AWS_NEURON_IDS": str(core), "NEURON_RESOURCE_TYPE": checker.CORE, "NEURON_ALLOC_TIME": str(now),
        "NEURON_ALLOCATED": "false", "aws.amazon.com/predicate-node": name, "hami.io/vgpu-node": name,
        "hami.io/vgpu-time": str(now // 10**9), "hami.io/bind-time": str(now // 10**9),
        "hami.io/bind-phase": "allocating",
        checker.ALLOCATED: f"{name}-AWSNeuron-{core // k},AWSNeuron,0,{1 << core % k}:;"}
    return api.path_of("pods", "default", meta["name"], "binding") + "?timeout=10s", {
        "apiVersion": "v1", "kind": "Binding", "target": {"kind": "Node", "name": name},
        "metadata": {"name": meta["name"], "namespace": "default", "uid": meta["uid"], "annotations": annotations}}


def _event(made, place):
    meta, name = made["metadata"], place[0]["metadata"]["name"]
    return api.path_of("events", "default"), {
        "apiVersion": "events.k8s.io/v1", "kind": "Event",
        "metadata": {"name": f"{meta['name']}.{time.time_ns():x}", "namespace": "default"},
        "eventTime": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "reportingController": "bare-loop", "reportingInstance": "bare-loop", "type": "Normal",
        "reason": "Scheduled", "action": "Binding", "note": f"Successfully assigned default/{meta['name']} to {name}",
        "regarding": {"kind": "Pod", "namespace": "default", "name": meta["name"], "uid": meta["uid"],
                      "apiVersion": "v1", "resourceVersion": meta["resourceVersion"]}}


def _request(token, path, body):
    data = json.dumps(body).encode()
    head = (f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\nAccept: application/json\r\n"
            f"Content-Type: application/json\r\nUser-Agent: bare-loop\r\nContent-Length: {len(data)}\r\n\r\n")
    return head.encode() + data


def _work(share, port, ca):
    """One process of the bare loop: some connections, each with its part of the pods."""
    count = CONNECTIONS // PROCESSES
    wrong = []
    threads = [threading.Thread(target=_send_all, args=(share[first::count], port, ca, wrong))
               for first in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        print(f"bare loop: {wrong[0]}", file=sys.stderr)
        os._exit(1)
    while True:  # stays, so that its CPU time can be read
        time.sleep(1)


def _send_all(pairs, port, ca, wrong):
    raw = socket.create_connection(("127.0.0.1", port))
    raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with ssl.create_default_context(cafile=ca).wrap_socket(raw, server_hostname="127.0.0.1") as sock:
        for request in (each for pair in pairs for each in pair):
            sock.sendall(request)
            answer = b""
            while b"\r\n\r\n" not in answer:
                answer += sock.recv(65536)
            head, _, body = answer.partition(b"\r\n\r\n")
            lower = head.lower()
            if not head.startswith(b"HTTP/1.1 201") or b"content-length:" not in lower:
                wrong.append(answer[:500].decode(errors="replace"))
                return
            missing = int(lower.split(b"content-length:")[1].split(b"\r\n")[0]) - len(body)
            while missing > 0:
                missing -= len(sock.recv(65536))


CONTENDERS = {"neuron-scheduler": NeuronScheduler, "kube-scheduler": KubeScheduler, "bare-loop": BareLoop}


class Bindings:
    """Reads the times of the accepted Bindings out of the audit log as it grows."""

    def __init__(self, plane):
        self._path, self._at, self._rest = plane.dir / "audit.log", plane.audit_mark(), b""
        self.times = []

    def read(self):
        if self._path.exists():
            with open(self._path, "rb") as log:
                log.seek(self._at)
                data = log.read()
            self._at += len(data)
            *lines, self._rest = (self._rest + data).split(b"\n")
            for line in lines:
                event = json.loads(line)
                if event["responseStatus"]["code"] == 201:
                    self.times.append(datetime.datetime.fromisoformat(event["stageTimestamp"]).timestamp())
        return len(self.times)


class DemoCluster:
    """The embedded API server, as far as a ControlPlane is used here."""

    def __init__(self):
        self.dir = Path(tempfile.mkdtemp(prefix="neuron-demo-cluster-"))
        self.processes = {}

    def __enter__(self):
        command = [binary().with_name("demo-cluster"), "--no-kubelet", "--kubeconfig", self.dir / "kubeconfig"]
        process = self.processes["demo-cluster"] = Process("demo-cluster", command, self.dir / "demo-cluster.log")
        deadline = time.monotonic() + 30
        while not (ready := re.search(r"http://127\.0\.0\.1:(\d+)", process.last_lines())):
            if not process.running() or time.monotonic() > deadline:
                raise RuntimeError(f"demo-cluster does not start:\n{process.last_lines()}")
            time.sleep(0.02)
        self.port = int(ready[1])
        self.admin = api.Client(ready[0])
        return self

    def __exit__(self, *_):
        self.processes["demo-cluster"].kill()
        shutil.rmtree(self.dir, ignore_errors=True)

    def apply_rights(self):
        """There are none: everybody may do everything."""

    def make_nodes(self, instance_type, count):
        return make_nodes(self.admin, instance_type, count)

    def scheduler_kubeconfig(self):
        return self.dir / "kubeconfig"


class WatchedBindings:
    """Takes the times of Bindings from a watch of bound pods, which it counts and does not decode."""

    def __init__(self, plane):
        version = plane.admin.list("pods", "default", limit=1)[1]
        self._socket = socket.create_connection(("127.0.0.1", plane.port))
        self._socket.sendall(f"GET /api/v1/pods?watch=1&fieldSelector=spec.nodeName!%3D&resourceVersion={version} "
                             "HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        self.times = []
        threading.Thread(target=self._count, daemon=True).start()

    def _count(self):
        line = b'{"type":"ADDED"'
        rest = b""
        while data := self._socket.recv(1 << 18):
            rest += data
            self.times += [time.time()] * rest.count(line)
            # The beginning of a line may be cut in two.
            rest = rest[max(rest.rfind(line) + 1, len(rest) - len(line) + 1, 0):]

    def read(self):
        return len(self.times)


# Server -> (how to start one, what takes the times of its Bindings).
SERVERS = {"kube-apiserver": (lambda: ControlPlane(audit="binds"), Bindings),
           "demo-cluster": (DemoCluster, WatchedBindings)}


def run(name, options):
    """One contender on one backlog; a row of figures."""
    start, bindings = SERVERS[options.server]
    with start() as plane:
        plane.apply_rights()
        for kind in TYPES:
            plane.make_nodes(kind, options.nodes // len(TYPES))
        contender = CONTENDERS[name](plane)
        create_all(plane.admin, "pods", [pod(f"bench-{number}", cores=1, scheduler=contender.scheduler_name)
                                         for number in range(options.pods)], "default")
        servers = {server: process.pid for server, process in plane.processes.items()}
        time.sleep(options.settle)
        return _measure(name, contender, plane, bindings(plane), servers, options.pods)


def _measure(name, contender, plane, bindings, servers, count):
    begin = time.time()
    contender.start()
    try:
        first, before = None, {}
        while bindings.read() < count:
            if first is None and bindings.times:
                first = sum(map(cpu_seconds, contender.pids()))
                before = {server: cpu_seconds(pid) for server, pid in servers.items()}
            if contender.failed() or time.time() - begin > PATIENCE:
                raise RuntimeError(f"{name} bound {len(bindings.times)} of {count} pods"
                                   f"{' and ended' if contender.failed() else f' in {PATIENCE} s'}")
            time.sleep(0.02 if first is None else 0.1)
        time.sleep(1)  # the last events
        times = sorted(bindings.times)
        row = {
            "pods/s": (count - 1) / (times[-1] - times[0]),
            "CPU ms/pod": (sum(map(cpu_seconds, contender.pids())) - first) * 1000 / count,
            "CPU s to first": first,
            "s to first": times[0] - begin,
            "peak MiB": sum(map(peak_mib, contender.pids())),
            **{f"{server.removeprefix('kube-')} ms/pod": (cpu_seconds(pid) - before[server]) * 1000 / count
               for server, pid in servers.items()},
        }
        if name != "kube-scheduler":
            wrong = checker.problems(plane.admin.list("nodes")[0], plane.admin.list("pods", "default")[0])
            if wrong:
                raise RuntimeError(f"{name}: {len(wrong)} wrong placements, the first: {wrong[0]}")
        return row
    finally:
        contender.stop()


def show(label, row, widths):
    print(f"{label:24}" + "".join(f"{value:>{width}.{0 if value >= 100 else 2}f}"
                                  for value, width in zip(row.values(), widths)), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nodes", type=int, default=5000, help="nodes, of five types (default 5000)")
    parser.add_argument("--pods", type=int, default=2000, help="pods of one core (default 2000)")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each contender (default 3)")
    parser.add_argument("--settle", type=float, default=3, help="seconds of rest before each start (default 3)")
    parser.add_argument("--server", choices=sorted(SERVERS), default="kube-apiserver",
                        help="what they talk to (default: %(default)s)")
    parser.add_argument("--only", nargs="+", choices=sorted(CONTENDERS))
    options = parser.parse_args()
    embedded = options.server == "demo-cluster"
    options.only = options.only or (["neuron-scheduler"] if embedded else list(CONTENDERS))
    if embedded and options.only != ["neuron-scheduler"]:
        parser.error("on demo-cluster only neuron-scheduler can run")
    if "neuron-scheduler" in options.only and binary() is None:
        parser.error("neuron-scheduler is not built (./dev build)")
    print(f"{options.nodes} nodes of {len(TYPES)} types, {options.pods} one-core pods, {os.cpu_count()} CPUs, "
          f"{options.rounds} rounds; the servers and the contender share the CPUs")
    rows, widths = {name: [] for name in options.only}, []
    try:
        for number in range(options.rounds):
            # Each round begins with another contender.
            turn = number % len(options.only)
            for name in options.only[turn:] + options.only[:turn]:
                row = run(name, options)
                if not widths:
                    widths = [len(title) + 2 for title in row]
                    print(f"{'':24}" + "".join(f"  {title}" for title in row))
                rows[name].append(row)
                show(f"{number + 1}  {name}", row, widths)
    except Unavailable as reason:
        print(reason, file=sys.stderr)
        return 77
    except RuntimeError as error:
        print(f"bench e2e: {error}", file=sys.stderr)
        return 1
    for name, each in rows.items():
        show(f"median  {name}", {title: statistics.median(row[title] for row in each) for title in each[0]}, widths)
    return 0


if __name__ == "__main__":
    sys.exit(main())
