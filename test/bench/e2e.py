#!/usr/bin/env python3
"""How fast a backlog of one-core pods is bound on a real API server, by three contenders in turn:

neuron-scheduler   the binary of NEURON_SCHEDULER_BINARY
kube-scheduler     the stock one, client limits raised to 5000 a second; it counts cores and places nothing
bare loop          a Binding with the same annotations and an event for each pod, no decision: what the server
                   can take. C++, one thread, requests made beforehand, in protobuf, --connections of them at a
                   time.

Each run has a control plane of its own: nodes of five types, all pods created first, then the contender started.
Rate: from the first Binding to the last Binding and its event, by what etcd has stored. Everything shares the cores
of this machine.

With --server demo-cluster, neuron-scheduler alone runs against the embedded API server: the line without a real
server's cost. There the Bindings are timed by a watch, and events count for nothing.
"""

import argparse
import base64
import os
import re
import shutil
import socket
import tempfile
import threading
import time
from pathlib import Path

from shared.contenders import CONTENDERS, BareLoop
from shared.figures import Table, alternate, cpu_seconds, finish, peak_mib

from support import checker  # from test/e2e
from support.pods import pod
from support.scheduler import binary

import api  # from test/controlplane
from controlplane import ControlPlane
from nodes import create_all, make_nodes
from processes import Process

TYPES = ("trn1.32xlarge", "trn2.48xlarge", "inf2.48xlarge", "inf1.6xlarge", "inf2.xlarge")
PATIENCE = 300  # seconds for one backlog


class StoredTimes:
    """When the first pod was bound, by a watch that ends then; when the last Binding and the last event were stored,
    to some 10 ms, by etcd's counts of writes and of events. An audit log would tell more, and costs the API server a
    twelfth of its CPU time."""

    _EVENTS = {"key": base64.b64encode(b"/registry/events/").decode(),
               "range_end": base64.b64encode(b"/registry/events0").decode(), "count_only": True, "serializable": True}

    def __init__(self, plane, count):
        self._plane, self._count = plane, count
        self._before = self._writes()
        self.bindings = self.events = 0
        self.first = self.bound = self.last = None
        version = plane.admin.list("pods", "default", limit=1)[1]
        self._watch = plane.admin.watch("pods", version, "default", fieldSelector="spec.nodeName!=")
        threading.Thread(target=self._see_first, daemon=True).start()

    def _see_first(self):
        for kind, _ in self._watch:
            if kind == "ADDED":
                self.first = time.time()
                self._watch.stop()

    def _writes(self):
        """(writes, events) that there ever were."""
        answer = self._plane.ask_etcd("/v3/kv/range", self._EVENTS)
        return int(answer["header"]["revision"]), int(answer.get("count", 0))

    def look(self):
        """Brings the attributes up to date."""
        writes, self.events = (after - before for after, before in zip(self._writes(), self._before))
        self.bindings = writes - self.events
        now = time.time()
        if self.bindings >= self._count:
            self.bound = self.bound or now
        if min(self.bindings, self.events) >= self._count:
            self.last = self.last or now

    def check(self):
        """RuntimeError unless each pod is bound and has its event, and next to nothing else was written (a few nodes'
        registers are)."""
        told = {event["regarding"]["uid"] for event in self._plane.admin.list("events", "default")[0]
                if event["reason"] == "Scheduled"}
        bound = [each for each in self._plane.admin.list("pods", "default")[0] if each["spec"].get("nodeName")]
        found = self.events, len(bound), len(told)
        if set(found) != {self._count} or self.bindings > self._count + max(20, self._count // 100):
            raise RuntimeError(f"{len(bound)} bound pods, {self.events} events about {len(told)} pods, and "
                               f"{self.bindings - len(bound)} other writes")


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


class WatchedTimes:
    """Takes the times of Bindings from a watch of bound pods, which it counts and does not decode."""

    def __init__(self, plane, count):
        version = plane.admin.list("pods", "default", limit=1)[1]
        self._socket = socket.create_connection(("127.0.0.1", plane.port))
        self._socket.sendall(f"GET /api/v1/pods?watch=1&fieldSelector=spec.nodeName!%3D&resourceVersion={version} "
                             "HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        self._count, self._times = count, []
        self.bindings = self.events = 0
        self.first = self.bound = self.last = None
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        line = b'{"type":"ADDED"'
        rest = b""
        while data := self._socket.recv(1 << 18):
            rest += data
            self._times += [time.time()] * rest.count(line)
            if self._times:
                self.first = self._times[0]
            # The beginning of a line may be cut in two.
            rest = rest[max(rest.rfind(line) + 1, len(rest) - len(line) + 1, 0):]

    def look(self):
        self.bindings = len(self._times)
        if self.bindings >= self._count:
            self.bound = self.last = self._times[-1]

    def check(self):
        """The checker sees all."""


def quiet_control_plane():
    """One that writes no leases of its own, and no audit log."""
    return ControlPlane(audit="None", feature_gates={"APIServerIdentity": False,
                                                     "UnknownVersionInteroperabilityProxy": False})


# Server -> (how to start one, what takes the times).
SERVERS = {"kube-apiserver": (quiet_control_plane, StoredTimes),
           "demo-cluster": (DemoCluster, WatchedTimes)}


def run(name, options):
    """One contender on one backlog; a row of figures."""
    start, times = SERVERS[options.server]
    with start() as plane:
        plane.apply_rights()
        for kind in TYPES:
            plane.make_nodes(kind, options.nodes // len(TYPES))
        contender = CONTENDERS[name](plane)
        create_all(plane.admin, "pods", [pod(f"bench-{number}", cores=1, scheduler=contender.scheduler_name)
                                         for number in range(options.pods)], "default")
        time.sleep(options.settle)
        return _measure(name, contender, plane, times(plane, options.pods), options.pods)


def _measure(name, contender, plane, times, count):
    servers = {server: process.pid for server, process in plane.processes.items()}
    begin = time.time()
    contender.start()
    try:
        first, before = None, {}
        while not times.last:
            if first is None and times.first:
                first = sum(map(cpu_seconds, contender.pids()))
                before = {server: cpu_seconds(pid) for server, pid in servers.items()}
            if first is not None:
                times.look()
            if contender.failed() or time.time() - begin > PATIENCE:
                raise RuntimeError(f"{name} bound {times.bindings} of {count} pods and wrote {times.events} events"
                                   f"{' and ended' if contender.failed() else f' in {PATIENCE} s'}")
            # Seldom while much is left: to look takes CPU time from those who are measured.
            left = min((count - done for done in (times.bindings, times.events) if 0 < done < count), default=0)
            time.sleep(min(max(left / 10_000, 0.01), 0.2))
        row = {
            "pods/s": (count - 1) / (times.last - times.first),
            "bindings/s": (count - 1) / (times.bound - times.first),
            "CPU ms/pod": (sum(map(cpu_seconds, contender.pids())) - first) * 1000 / count,
            "CPU s to first": first,
            "s to first": times.first - begin,
            "peak MiB": sum(map(peak_mib, contender.pids())),
            **{f"{server.removeprefix('kube-')} ms/pod": (cpu_seconds(pid) - before[server]) * 1000 / count
               for server, pid in servers.items()},
        }
        times.check()
        if name != "kube-scheduler":
            wrong = checker.problems(plane.admin.list("nodes")[0], plane.admin.list("pods", "default")[0])
            if wrong:
                raise RuntimeError(f"{name}: {len(wrong)} wrong placements, the first: {wrong[0]}")
        return row
    finally:
        contender.stop()


def compare(table):
    """The ratios of the medians that say how neuron-scheduler stands."""
    ours = "neuron-scheduler"
    for other, title, text in (("bare-loop", "pods/s", "of the bare loop's rate"),
                               ("kube-scheduler", "pods/s", "of kube-scheduler's rate"),
                               ("kube-scheduler", "CPU ms/pod", "of kube-scheduler's CPU time a pod"),
                               ("kube-scheduler", "peak MiB", "of kube-scheduler's memory")):
        if ours in table.rows and other in table.rows:
            print(f"{ours}: {table.median(ours, title) / table.median(other, title):.3f} {text}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nodes", type=int, default=5000, help="nodes, of five types (default 5000)")
    parser.add_argument("--pods", type=int, default=2000, help="pods of one core (default 2000)")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each contender (default 5)")
    parser.add_argument("--settle", type=float, default=3, help="seconds of rest before each start (default 3)")
    parser.add_argument("--connections", type=int, default=BareLoop.connections,
                        help="requests at a time of the bare loop (default %(default)s)")
    parser.add_argument("--server", choices=sorted(SERVERS), default="kube-apiserver",
                        help="what they talk to (default: %(default)s)")
    parser.add_argument("--only", nargs="+", choices=sorted(CONTENDERS))
    options = parser.parse_args()
    BareLoop.connections = options.connections
    embedded = options.server == "demo-cluster"
    options.only = options.only or (["neuron-scheduler"] if embedded else list(CONTENDERS))
    if embedded and options.only != ["neuron-scheduler"]:
        parser.error("on demo-cluster only neuron-scheduler can run")
    if binary() is None:
        parser.error("neuron-scheduler is not built (./dev build)")
    print(f"{options.nodes} nodes of {len(TYPES)} types, {options.pods} one-core pods, {os.cpu_count()} CPUs, "
          f"{options.rounds} rounds; the servers and the contender share the CPUs")
    table = Table()
    for number, name in alternate(options.only, options.rounds):
        table.add(name, number, run(name, options))
    table.medians()
    compare(table)
    return 0


if __name__ == "__main__":
    finish("e2e", main)
