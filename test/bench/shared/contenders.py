"""Who binds pods: neuron-scheduler, the stock kube-scheduler, or a bare loop that decides nothing."""

import datetime
import json
import ssl
import subprocess
import time
import urllib.error
import urllib.request

from support import checker
from support.scheduler import Scheduler, binary

import api  # from test/controlplane
from processes import Process


def bare_loop_binary():
    """Built beside the scheduler by ./dev bench."""
    return binary().parent / "test" / "bench_bare_loop"


def post_all(plane, kubeconfig, chains, connections=16, stay=False):
    """Sends chains of POST requests, [(path, body)...]; RuntimeError if one of them fails. stay: comes back at once
    with a Process that does it, and does not end when it has done so."""
    path = plane.dir / "requests.txt"
    with open(path, "w", encoding="utf-8") as file:
        for chain in chains:
            file.write("\t".join(part for target, body in chain for part in (target, json.dumps(body))) + "\n")
    command = [str(part) for part in (bare_loop_binary(), kubeconfig, path, connections)]
    if stay:
        return Process("bare-loop", [*command, "stay"], plane.dir / "bare-loop.log")
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip())
    return None


class Contender:
    """Something that binds pods. pids: what its CPU time and memory are taken from."""

    scheduler_name = None

    def __init__(self, plane):
        self.plane = plane
        self.process = None

    def start(self):
        raise NotImplementedError

    def ready(self):
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
        log = self.plane.dir / "neuron-scheduler.log"
        self.scheduler = Scheduler(self.plane.scheduler_kubeconfig(), log, verbosity=0)
        self.process = self.scheduler.start(ready=False).process

    def ready(self):
        return self.scheduler.get("/readyz")[0] == 200


class KubeScheduler(Contender):
    """Its client limits raised to 5000 a second; it counts cores and places nothing."""

    scheduler_name = "default-scheduler"

    def start(self):
        self.process = self.plane.start_kube_scheduler(requests_per_second=5000)

    def ready(self):
        """Its readiness has the check sched-handler-sync: all that it lists has been handled."""
        unverified = ssl._create_unverified_context()  # it made its certificate itself
        try:
            with urllib.request.urlopen(f"https://127.0.0.1:{self.plane.kube_scheduler_port}/readyz", timeout=5,
                                        context=unverified) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False


class BareLoop(Contender):
    """A Binding with annotations as neuron-scheduler writes them, then an event, for each pod; prepared beforehand."""

    scheduler_name = "nobody"
    connections = 16

    def start(self):
        nodes = self.plane.admin.list("nodes")[0]
        pods = self.plane.admin.list("pods", "default")[0]
        chains = [(_binding(made, place), _event(made, place)) for made, place in zip(pods, one_core_places(nodes))]
        self.process = post_all(self.plane, self.plane.scheduler_kubeconfig(), chains, self.connections, stay=True)


def one_core_places(nodes):
    """(node name, core) for ever, node by node: no core twice."""
    for core in range(128):
        for node in nodes:
            if core < int(node["status"]["capacity"][checker.CORE]):
                yield node, core


def assignment(place):
    """The annotations of a pod of one core."""
    node, core = place
    name, k = node["metadata"]["name"], checker.Geometry(node).k
    now = time.time_ns()
    return {
        "AWS_NEURON_IDS": str(core), "NEURON_RESOURCE_TYPE": checker.CORE, "NEURON_ALLOC_TIME": str(now),
        "NEURON_ALLOCATED": "false", "aws.amazon.com/predicate-node": name, "hami.io/vgpu-node": name,
        "hami.io/vgpu-time": str(now // 10**9), "hami.io/bind-time": str(now // 10**9),
        "hami.io/bind-phase": "allocating",
        checker.ALLOCATED: f"{name}-AWSNeuron-{core // k},AWSNeuron,0,{1 << core % k}:;"}


def _binding(made, place):
    meta = made["metadata"]
    return api.path_of("pods", "default", meta["name"], "binding") + "?timeout=10s", {
        "apiVersion": "v1", "kind": "Binding", "target": {"kind": "Node", "name": place[0]["metadata"]["name"]},
        "metadata": {"name": meta["name"], "namespace": "default", "uid": meta["uid"],
                     "annotations": assignment(place)}}


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


CONTENDERS = {"neuron-scheduler": NeuronScheduler, "kube-scheduler": KubeScheduler, "bare-loop": BareLoop}
