#!/usr/bin/env python3
"""Shows the scheduler at work without a cluster: ./dev demo [--stay]

Starts demo-cluster (an API server in memory) and neuron-scheduler on loopback, creates the pods of examples/ over HTTP,
tells where each went or why it pends, draws the nodes, then deletes two pods whose devices a third one waits for.
"""

import argparse
import contextlib
import http.client
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "test" / "controlplane"))

from api import ApiError, Client, path_of
from processes import Process, free_ports

EXAMPLES = ROOT / "examples"
# Beside the node of examples/node.yaml.
FLEET = ("inf2.xlarge=1", "trn2.3xlarge:lnc1=1", "plain=1")
# The example that has to wait, and the number of devices that it waits for.
WAITING, WAITS_FOR = "two-rows", 8

DEVICES = ("aws.amazon.com/neuron", "aws.amazon.com/neurondevice")
CORES = "aws.amazon.com/neuroncore"
IDS = "AWS_NEURON_IDS"

SECONDS_MAX = 30.0  # For any one step.
COLUMNS = 80
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Failed(Exception):
    """What went wrong, for people; process: whose log may say why."""

    def __init__(self, text, process=None):
        super().__init__(text)
        self.process = process


def interrupt(_number, _frame):
    raise KeyboardInterrupt


@contextlib.contextmanager
def uninterrupted():
    """Signals wait for the end of the block: what was started in it is known by then, and can be ended."""
    came = []
    handlers = {number: signal.signal(number, lambda *_: came.append(True)) for number in ENDING}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    if came:
        raise KeyboardInterrupt


def say(text=""):
    print(text, flush=True)


# What pods ask for and have

def requests_of(pod):
    """[(number, "device" or "core")] of the containers that ask for Neuron."""
    asked = []
    for container in pod["spec"]["containers"]:
        limits = (container.get("resources") or {}).get("limits") or {}
        asked += [(int(limits[name]), "device") for name in DEVICES if name in limits][:1]
        asked += [(int(limits[CORES]), "core")] if CORES in limits else []
    return asked


def plural(number, word):
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def asks(pod):
    asked = requests_of(pod)
    if len(asked) == 1:
        return plural(*asked[0])
    return " + ".join(str(number) for number, _ in asked) + f" {asked[0][1]}s" if asked else "no Neuron"


def ids_of(pod):
    text = (pod["metadata"].get("annotations") or {}).get(IDS, "")
    return [int(part) for part in text.split(",") if part]


def ranges(numbers):
    """ "0-3", "2", "1, 4-5" """
    parts = []
    for number in sorted(set(numbers)):
        if parts and parts[-1][1] == number - 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in parts)


def cores_per_device(node):
    capacity = node["status"]["capacity"]
    return int(capacity[CORES]) // int(capacity[DEVICES[0]])


def devices_of(pod, node):
    ids = ids_of(pod)
    if requests_of(pod)[0][1] == "device":
        return set(ids)
    return {core // cores_per_device(node) for core in ids}


def has(pod, node):
    ids, devices = ids_of(pod), devices_of(pod, node)
    named = f"{'device' if len(devices) == 1 else 'devices'} {ranges(devices)}"
    if requests_of(pod)[0][1] == "device":
        return named
    return f"{'core' if len(ids) == 1 else 'cores'} {ranges(ids)} of {named}"


def node_of(pod):
    return pod["spec"].get("nodeName", "")


def why_pending(pod):
    """The message of the condition PodScheduled; empty if there is none yet."""
    for condition in pod["status"].get("conditions") or []:
        if condition["type"] == "PodScheduled" and condition["status"] == "False":
            return condition.get("message", "")
    return ""


def name_of(thing):
    return thing["metadata"]["name"]


# The cluster

class Demo:
    """The two processes, their folder, and what is done with them."""

    def __init__(self, binaries, folder):
        self.binaries = binaries
        self.folder = folder
        self.kubeconfig = folder / "kubeconfig"
        self.cluster = None
        self.scheduler = None
        self.scheduler_port = 0
        self.server = ""
        self.client = None

    def start_cluster(self):
        command = [self.binaries / "demo-cluster", "--listen", "127.0.0.1:0", "--kubeconfig", self.kubeconfig,
                   "--nodes", *FLEET, "-f", EXAMPLES / "node.yaml"]
        with uninterrupted():
            self.cluster = Process("demo-cluster", command, self.folder / "demo-cluster.log")
        ready = self.wait(lambda: re.search(r"http://127\.0\.0\.1:\d+", self.cluster.last_lines(20)),
                          "demo-cluster to be ready", self.cluster)
        self.server = ready[0]
        self.client = Client(self.server)

    def start_scheduler(self):
        [self.scheduler_port] = free_ports(1)
        command = [self.binaries / "neuron-scheduler", "--leader-elect=false", "--kubeconfig", self.kubeconfig,
                   "--http-address", f"127.0.0.1:{self.scheduler_port}", "-v=2"]
        with uninterrupted():
            self.scheduler = Process("neuron-scheduler", command, self.folder / "neuron-scheduler.log")
        self.wait(self._scheduler_ready, "neuron-scheduler to be ready", self.scheduler)

    def _scheduler_ready(self):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.scheduler_port}/readyz", timeout=5) as answer:
                return answer.status == 200
        except (OSError, urllib.error.URLError):
            return False

    def check(self):
        """Failed if a process has ended."""
        for process in (self.cluster, self.scheduler):
            if process and process.exit_code() is not None:
                raise Failed(f"{process.name} ended by itself, exit code {process.exit_code()}", process)

    def wait(self, condition, what, process=None):
        deadline = time.monotonic() + SECONDS_MAX
        while True:
            value = condition()
            if value:
                return value
            self.check()
            if time.monotonic() > deadline:
                raise Failed(f"waited {SECONDS_MAX:.0f} s in vain for {what}", process or self.scheduler)
            time.sleep(0.02)

    def stop(self):
        for process in (self.scheduler, self.cluster):
            if process:
                process.stop()

    def create(self, text):
        """One object of a YAML file, sent as it is."""
        self.client.request("POST", path_of("pods", "default"), text.encode(), "application/yaml")

    def pods(self):
        return sorted(self.client.list("pods", "default")[0], key=name_of)

    def nodes(self):
        return {name_of(node): node for node in self.client.list("nodes")[0]}

    def settled(self, count):
        """All pods, once each is bound or has a reason not to be."""
        pods = self.pods()
        return pods if len(pods) == count and all(node_of(pod) or why_pending(pod) for pod in pods) else None

    def draw(self, nodes, pods):
        """neuron-scheduler simulate, which draws what it reads; bound pods stay where they are."""
        # Items of a list from the API do not say what they are.
        items = [{"apiVersion": "v1", "kind": kind, **thing} for kind, things in (("Node", nodes), ("Pod", pods))
                 for thing in things]
        objects = {"apiVersion": "v1", "kind": "List", "items": items}
        result = subprocess.run([self.binaries / "neuron-scheduler", "simulate", "-f", "-"],
                                input=json.dumps(objects), text=True, check=False)
        if result.returncode != 0:
            raise Failed(f"neuron-scheduler simulate ended with exit code {result.returncode}")


# The story

def example_pods():
    """The text of each pod in examples/, in order of the files' names."""
    for path in sorted(EXAMPLES.glob("*.yaml")):
        for document in re.split(r"^---$", path.read_text(encoding="utf-8"), flags=re.MULTILINE):
            if re.search(r"^kind: Pod$", document, re.MULTILINE):
                yield document


def table(pods, nodes):
    rows = [("POD", "ASKS FOR", "NODE", "HAS")]
    rows += [(name_of(pod), asks(pod), node_of(pod) or "pending",
              has(pod, nodes[node_of(pod)]) if node_of(pod) else "") for pod in pods]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        say("  ".join(text.ljust(width) for text, width in zip(row, widths)).rstrip())
    for pod in pods:
        if not node_of(pod):
            say()
            say(textwrap.fill(f"{name_of(pod)} pends: {why_pending(pod)}", COLUMNS, subsequent_indent="  ",
                              break_on_hyphens=False, break_long_words=False))


def in_the_way(pods, nodes):
    """The two pods that together have what the waiting pod asks for."""
    for node in nodes.values():
        devices = int(node["status"]["capacity"].get(DEVICES[0], 0))
        for first in range(0, devices - WAITS_FOR + 1, WAITS_FOR):
            wanted = set(range(first, first + WAITS_FOR))
            holders = [pod for pod in pods if node_of(pod) == name_of(node) and devices_of(pod, node) & wanted]
            if len(holders) == 2:
                return holders
    raise Failed("the examples were placed in another way than this demonstration expects")


def tell(demo):
    say("demo: starting demo-cluster, an API server in memory, with 4 nodes")
    demo.start_cluster()
    say("demo: starting the scheduler, which talks to it over HTTP as to any API server")
    demo.start_scheduler()
    documents = list(example_pods())
    say(f"demo: creating the {len(documents)} pods of examples/")
    for document in documents:
        demo.create(document)
    pods = demo.wait(lambda: demo.settled(len(documents)), "every pod to be bound or to have a reason why not")
    nodes = demo.nodes()
    say()
    table(pods, nodes)
    say()
    demo.draw(nodes.values(), [pod for pod in pods if node_of(pod)])

    away = in_the_way(pods, nodes)
    names = " and ".join(map(name_of, away))
    say()
    say(f"demo: {WAITING} waits for {WAITS_FOR} devices in one piece")
    say(f"demo: deleting {names}, which have such a piece")
    for pod in away:
        demo.client.request("DELETE", path_of("pods", "default", name_of(pod)))
    bound = demo.wait(lambda: [pod for pod in demo.pods() if name_of(pod) == WAITING and node_of(pod)],
                      f"{WAITING} to be bound")
    node = demo.nodes()[node_of(bound[0])]
    say()
    table(bound, {name_of(node): node})
    say()
    demo.draw([node], [pod for pod in demo.pods() if node_of(pod) == name_of(node)])


def stay(demo):
    kubeconfig = shlex.quote(os.path.relpath(demo.kubeconfig))
    metrics = f"http://127.0.0.1:{demo.scheduler_port}/metrics"
    say(f"""
demo: both keep running until Ctrl-C
  API server  {demo.server}
  kubeconfig  {kubeconfig}
  metrics     {metrics}
Three things to try in another terminal, in this folder (any kubectl does):
  export KUBECONFIG={kubeconfig}
  1. kubectl describe pod never-fits
  2. kubectl delete pod {WAITING}
     kubectl create --validate=false -f examples/four-devices.yaml
     kubectl get pods -o wide
  3. curl -s {metrics} | grep scheduler_schedule_attempts_total""")
    while True:
        demo.check()
        time.sleep(0.2)


def explain(error, folder):
    say()
    print(f"demo: {error}", file=sys.stderr)
    process = getattr(error, "process", None)
    if process:
        print(f"demo: the last lines of {os.path.relpath(process.log)}:", file=sys.stderr)
        print(textwrap.indent(process.last_lines(15) or "(nothing)", "  "), file=sys.stderr)
    print(f"demo: try again; if it stays, './dev build' and look into {os.path.relpath(folder)}", file=sys.stderr)


def run(options):
    """The exit code."""
    started = time.monotonic()
    demo = None
    keep = False
    told = False
    try:
        with uninterrupted():
            demo = Demo(options.binaries, Path(tempfile.mkdtemp(prefix="demo-", dir=options.files)))
        tell(demo)
        told = True
        say()
        if options.stay:
            stay(demo)
        say(f"demo: done in {time.monotonic() - started:.1f} s; './dev demo --stay' keeps it running for you to try")
        return 0
    except KeyboardInterrupt:
        say("\ndemo: ended")
        return 0 if told and options.stay else 130
    except (Failed, ApiError, OSError, http.client.HTTPException) as error:
        keep = demo is not None
        explain(error, demo.folder if demo else options.files)
        return 1
    finally:
        for number in ENDING:
            signal.signal(number, signal.SIG_IGN)  # Cleaning up takes a moment, and must not be cut short.
        if demo:
            demo.stop()
        if demo and not keep:
            with contextlib.suppress(OSError):
                shutil.rmtree(demo.folder)


def main():
    parser = argparse.ArgumentParser(prog="./dev demo", description=__doc__.partition("\n")[2].strip())
    parser.add_argument("--stay", action="store_true", help="keep everything running until Ctrl-C")
    parser.add_argument("--binaries", type=Path, default=ROOT / "build" / "release", metavar="DIR",
                        help="folder of demo-cluster and neuron-scheduler (default: build/release)")
    parser.add_argument("--files", type=Path, default=ROOT / "build", metavar="DIR",
                        help="where the folder of kubeconfig and logs is made, and removed again (default: build)")
    options = parser.parse_args()
    for number in ENDING:
        signal.signal(number, interrupt)
    return run(options)


if __name__ == "__main__":
    sys.exit(main())
