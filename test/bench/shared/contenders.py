"""Who binds pods: neuron-scheduler, the stock kube-scheduler, or a bare loop that decides nothing."""

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
    """Sends chains of POST requests, [(path, body)...]; RuntimeError if one of them fails. body: an object, or bytes of
    protobuf. stay: comes back at once with a Process that does it, and does not end when it has done so."""
    path = plane.dir / "requests.txt"
    with open(path, "w", encoding="utf-8") as file:
        for chain in chains:
            file.write("\t".join(part for target, body in chain for part in (target, _text(body))) + "\n")
    command = [str(part) for part in (bare_loop_binary(), kubeconfig, path, connections)]
    if stay:
        return Process("bare-loop", [*command, "stay"], plane.dir / "bare-loop.log")
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip())
    return None


def _text(body):
    return "hex:" + body.hex() if isinstance(body, bytes) else json.dumps(body)


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
    """A Binding with annotations as neuron-scheduler writes them, then an event, for each pod; in protobuf, prepared
    beforehand."""

    scheduler_name = "nobody"
    connections = 32

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


def _varint(value):
    """Of protobuf: seven bits a byte, the lowest first."""
    *low, high = [value >> shift & 0x7F for shift in range(0, max(value.bit_length(), 1), 7)]
    return bytes([*(byte | 0x80 for byte in low), high])


def _message(fields):
    """A message of {number: text, bytes of a message, integer, or a list of those}."""
    encoded = b""
    for number, values in fields.items():
        for value in values if isinstance(values, list) else [values]:
            if isinstance(value, int):
                encoded += _varint(number << 3) + _varint(value)
            else:
                data = value.encode() if isinstance(value, str) else value
                encoded += _varint(number << 3 | 2) + _varint(len(data)) + data
    return encoded


def _enveloped(api_version, kind, fields):
    return b"k8s\0" + _message({1: _message({1: api_version, 2: kind}), 2: _message(fields)})


# The numbers are those of generated.proto in k8s.io/api/core/v1, k8s.io/api/events/v1 and k8s.io/apimachinery.

def _binding(made, place):
    meta, node = made["metadata"], place[0]["metadata"]["name"]
    annotations = [_message({1: key, 2: value}) for key, value in assignment(place).items()]
    return api.path_of("pods", "default", meta["name"], "binding") + "?timeout=10s", _enveloped("v1", "Binding", {
        1: _message({1: meta["name"], 3: "default", 5: meta["uid"], 12: annotations}),
        2: _message({1: "Node", 3: node, 5: "v1"})})


def _event(made, place):
    meta, node, now = made["metadata"], place[0]["metadata"]["name"], time.time_ns()
    return api.path_of("events", "default") + "?timeout=10s", _enveloped("events.k8s.io/v1", "Event", {
        1: _message({1: f"{meta['name']}.{now:x}", 3: "default"}),
        2: _message({1: now // 10**9, 2: now % 10**9 // 1000 * 1000}),
        4: "bare-loop", 5: "bare-loop", 6: "Binding", 7: "Scheduled",
        8: _message({1: "Pod", 2: "default", 3: meta["name"], 4: meta["uid"], 5: "v1", 6: meta["resourceVersion"]}),
        10: f"Successfully assigned default/{meta['name']} to {node}", 11: "Normal"})


CONTENDERS = {"neuron-scheduler": NeuronScheduler, "kube-scheduler": KubeScheduler, "bare-loop": BareLoop}
