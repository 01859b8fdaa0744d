#!/usr/bin/env python3
"""What pending pods cost neuron-scheduler on a real API server that has no place for them. Two parts:

latency   from the creation of a pod that fits to its Binding, by the audit log, with many pods pending that can
          never fit and without them, in turn. The pods that fit come at an even rate, after all that is to be
          written about the others has been written.
wake      many Neuron pods wait for full nodes; bound ones are deleted, one after the other. How long until the first
          Binding, and how many pods were tried again, against the number that test/e2e's checker would place on that
          node: too few is a lost wake-up, more is work for nothing.
"""

import argparse
import os
import random
import statistics
import time
from concurrent.futures import ThreadPoolExecutor

from e2e import TYPES
from shared.contenders import NeuronScheduler, post_all
from shared.figures import Table, Writes, alternate, cpu_seconds, finish

from support import checker  # from test/e2e
from support.pods import pod
from support.scheduler import binary
from support.wait import wait_until
from support.workload import mixed_pods

import api  # from test/controlplane
from controlplane import ControlPlane

PATIENCE = 900  # seconds
FLUSHED_AFTER = 300  # seconds: then sleeping pods are tried without any reason
_PODS = api.path_of("pods", "default")


def make_nodes(plane, count):
    plane.apply_rights()
    return [name for kind in TYPES for name in plane.make_nodes(kind, count // len(TYPES))]


def post_pods(plane, pods):
    post_all(plane, plane.admin_kubeconfig, [[(_PODS, each)] for each in pods])


def pending(scheduler):
    """Pods that wait for something to change, and those that will be tried soon."""
    return {queue: scheduler.metric("scheduler_pending_pods", queue=queue)
            for queue in ("active", "backoff", "unschedulable")}


# Latency

def never_fit(number):
    """Half of them match no node, half ask for more than any node has."""
    if number % 2:
        return pod(f"never-{number}", cores=1, nodeSelector={"example.com/never": "x"})
    return pod(f"never-{number}", cores=1000)


def latency(sleepers, options):
    with ControlPlane(audit="writes") as plane:
        make_nodes(plane, options.nodes)
        post_pods(plane, map(never_fit, range(sleepers)))
        contender = NeuronScheduler(plane)
        writes = Writes(plane)
        begin = time.monotonic()
        contender.start()
        try:
            contender.scheduler.wait_ready(PATIENCE)
            writes.wait(lambda: sum(pending(contender.scheduler).values()) >= sleepers
                        and not pending(contender.scheduler)["active"], PATIENCE, "the pods to be tried", every=0.5)
            writes.wait_quiet(3, PATIENCE, "the writes about them")
            settled = time.monotonic() - begin
            return {**_paced(plane, contender, writes, options), "s to settle": settled}
        finally:
            contender.stop()


def _paced(plane, contender, writes, options):
    names = [f"fits-{number}" for number in range(options.pods)]
    cpu = cpu_seconds(contender.process.pid)
    with ThreadPoolExecutor(8) as pool:
        begin = time.monotonic()
        for number, name in enumerate(names):
            time.sleep(max(0.0, begin + number / options.rate - time.monotonic()))
            pool.submit(plane.admin.create, "pods", pod(name, cores=1), "default")
    writes.wait(lambda: len(writes.times("create pods/binding")) >= options.pods, PATIENCE, "the pods to be bound",
                every=0.2)
    created, bound = writes.times("create pods"), writes.times("create pods/binding")
    waited = sorted((bound[name] - created[name]) * 1000 for name in names)
    return {"p50 ms": waited[len(waited) // 2], "p99 ms": waited[len(waited) * 99 // 100], "max ms": waited[-1],
            "CPU ms/pod": (cpu_seconds(contender.process.pid) - cpu) * 1000 / options.pods}


def run_latency(options):
    print(f"latency: {options.nodes} nodes, {options.pods} pods that fit at {options.rate} a second; "
          f"{options.sleepers} that never fit, or none")
    table = Table()
    kinds = {"without": 0, "with": options.sleepers}
    for number, name in alternate(list(kinds), options.rounds):
        table.add(name, number, latency(kinds[name], options))
    table.medians()
    for title in ("p50 ms", "p99 ms", "CPU ms/pod"):
        print(f"with: {table.median('with', title) / table.median('without', title):.2f} times {title} without")


# Wake

def wake(options):
    """Rows of figures, one for each deleted pod."""
    with ControlPlane(audit="writes") as plane:
        names = make_nodes(plane, options.wake_nodes)
        post_pods(plane, mixed_pods(options.wake_pods, 31, names))
        contender = NeuronScheduler(plane)
        writes = Writes(plane)
        begin = time.monotonic()
        contender.start()
        try:
            scheduler = contender.scheduler
            scheduler.wait_ready(PATIENCE)
            writes.wait(lambda: scheduler.metric("scheduler_schedule_attempts_total") >= options.wake_pods, PATIENCE,
                        "the nodes to be full", every=0.5)
            writes.wait_quiet(3, PATIENCE, "a state of rest")
            nodes = plane.admin.list("nodes")[0]
            rng = random.Random(32)
            for _ in range(options.deletions):
                if time.monotonic() - begin > FLUSHED_AFTER - 15:
                    print("the rest is left out: sleeping pods will be flushed soon")
                    return
                yield _delete_one(plane, scheduler, writes, nodes, rng)
            wrong = checker.problems(nodes, plane.admin.list("pods", "default")[0])
            if wrong:
                raise RuntimeError(f"{len(wrong)} wrong placements, the first: {wrong[0]}")
        finally:
            contender.stop()


def _delete_one(plane, scheduler, writes, nodes, rng):
    pods = plane.admin.list("pods", "default")[0]
    bound = [each for each in pods if each["spec"].get("nodeName")]
    rng.shuffle(bound)
    for victim in bound:
        [node] = [each for each in nodes if each["metadata"]["name"] == victim["spec"]["nodeName"]]
        fits = checker.pending_that_fit([node], [each for each in pods if each is not victim])
        if fits:
            break
    else:
        raise RuntimeError("nothing that waits would fit anywhere if one pod were gone")
    before = _attempts(scheduler)
    writes.read()
    known = len(writes.times("create pods/binding"))
    plane.admin.delete("pods", victim["metadata"]["name"], "default")
    writes.wait(lambda: len(writes.times("create pods/binding")) > known, 30, "the first Binding", every=0.005)
    gone = writes.times("delete pods")[victim["metadata"]["name"]]
    first = sorted(writes.times("create pods/binding").values())[known]
    woken = _at_rest(scheduler) - before
    waiting = len(pods) - len(bound)
    return {"ms to bind": (first - gone) * 1000, "pending": waiting, "fit": len(fits), "tried": woken,
            "others %": 100 * max(0.0, woken - len(fits)) / max(1, waiting - len(fits))}


def _attempts(scheduler):
    return scheduler.metric("scheduler_schedule_attempts_total")


def _at_rest(scheduler):
    """The number of attempts when none came for two seconds."""
    last = [_attempts(scheduler), time.monotonic()]

    def rest():
        now = _attempts(scheduler)
        if now != last[0]:
            last[:] = now, time.monotonic()
        return time.monotonic() - last[1] > 2

    wait_until(rest, PATIENCE, "attempts to end", every=0.1)
    return last[0]


def run_wake(options):
    print(f"wake: {options.wake_nodes} nodes, {options.wake_pods} pods of mixed shapes; {options.deletions} deletions")
    table = Table()
    for number, row in enumerate(wake(options)):
        table.add("deletion", number + 1, row)
    table.medians()
    rows = table.rows["deletion"]
    short = sum(row["tried"] < row["fit"] for row in rows)
    print(f"deletions that woke fewer pods than fit: {short} of {len(rows)}; others woken, of those that do not fit: "
          f"median {statistics.median(row['others %'] for row in rows):.2f} %, at most "
          f"{max(row['others %'] for row in rows):.2f} %")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nodes", type=int, default=1000, help="latency: nodes of five types (default 1000)")
    parser.add_argument("--sleepers", type=int, default=20000, help="latency: pods that never fit (default 20000)")
    parser.add_argument("--pods", type=int, default=1000, help="latency: pods that fit (default 1000)")
    parser.add_argument("--rate", type=float, default=100, help="latency: of these a second (default 100)")
    parser.add_argument("--rounds", type=int, default=5, help="latency: runs with and without (default 5)")
    parser.add_argument("--wake-nodes", type=int, default=500, help="wake: nodes of five types (default 500)")
    parser.add_argument("--wake-pods", type=int, default=9000, help="wake: pods, of which half fit (default 9000)")
    parser.add_argument("--deletions", type=int, default=20, help="wake: pods that are deleted (default 20)")
    parser.add_argument("--only", choices=["latency", "wake"])
    options = parser.parse_args()
    if binary() is None:
        parser.error("neuron-scheduler is not built (./dev build)")
    print(f"{os.cpu_count()} CPUs, shared by the servers, the scheduler and this client")
    if options.only != "wake":
        run_latency(options)
    if options.only != "latency":
        run_wake(options)
    return 0


if __name__ == "__main__":
    finish("sleepers", main)
