#!/usr/bin/env python3
"""How soon neuron-scheduler binds again after something failed, on a real API server with a steady trickle of one-core
pods. For each fault: seconds from its beginning, and from its end, to the next Binding of a pod that was created since
it began, by the audit log; then all pods must get bound, and test/e2e's checker must be content.

The scheduler talks to the server through test/e2e's fault proxy; pods are created beside it, --rate a second, so that
some tens of milliseconds are the trickle's own. The faults of two replicas are left out where the program elects no
leader.
"""

import argparse
import http.client
import os
import signal
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from shared.figures import Table, Writes, finish

from support import checker, lease  # from test/e2e
from support.pods import pod
from support.proxy import Fault, Proxy
from support.scheduler import Scheduler, binary
from support.wait import wait_until

import api  # from test/controlplane
from controlplane import ControlPlane

PATIENCE = 240  # seconds to bind again


class Trickle:
    """Creates one-core pods at an even rate until it is stopped, whatever the server says."""

    def __init__(self, client, rate, prefix):
        self._client, self._rate, self._prefix = client, rate, prefix
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        number = 0
        with ThreadPoolExecutor(4) as pool:
            while not self._stopped.wait(1 / self._rate):
                pool.submit(self._create, f"{self._prefix}-{number}")
                number += 1

    def _create(self, name):
        try:
            self._client.create("pods", pod(name, cores=1), "default")
        except (OSError, http.client.HTTPException, api.ApiError):
            pass  # the server is away

    def stop(self):
        self._stopped.set()
        self._thread.join()


class Rig:
    """A control plane, and one or two replicas, each behind a proxy of its own."""

    def __init__(self, plane, options):
        self.plane, self.options = plane, options
        self.writes = Writes(plane)
        self.proxies, self.replicas = [], []

    def add_replica(self, *arguments):
        plane, number = self.plane, len(self.replicas)
        proxy = Proxy(plane.port, str(plane.pki.ca), *plane.pki.serving("proxy", "IP:127.0.0.1"))
        kubeconfig = plane.scheduler_kubeconfig(f"proxied-{number}", server=proxy.server)
        self.proxies.append(proxy)
        self.replicas.append(Scheduler(kubeconfig, plane.dir / f"scheduler-{number}.log", *arguments, verbosity=0))
        self.replicas[-1].start()

    def end_replicas(self):
        for replica in self.replicas:
            replica.process.send(signal.SIGCONT)
            replica.kill()
        for proxy in self.proxies:
            proxy.stop()
        self.proxies, self.replicas = [], []

    def pods(self):
        return self.plane.admin.list("pods", "default")[0]


# Faults: each takes a Rig and returns (beginning, end).

def _now(action):
    begin = time.time()
    action()
    return begin, begin


def _while(begin_it, end_it, seconds):
    begin = time.time()
    begin_it()
    time.sleep(seconds)
    end_it()
    return begin, time.time()


def apiserver_killed(rig):
    begin = time.time()
    rig.plane.restart_apiserver()
    return begin, time.time()


def watches_too_old(rig):
    begin = time.time()
    rig.proxies[0].silence()
    rig.proxies[0].cut_all()
    time.sleep(1)  # some changes that the scheduler does not hear of
    rig.plane.compact(int(rig.plane.admin.list("pods", limit=1)[1]))
    rig.plane.restart_apiserver()
    rig.proxies[0].restore()
    return begin, time.time()


def scheduler_killed(rig):
    rig.replicas[0].kill()
    return _now(lambda: rig.replicas[0].start(ready=False))


def connections_cut(rig):
    return _now(rig.proxies[0].cut_all)


def silence(rig):
    return _while(rig.proxies[0].silence, rig.proxies[0].restore, rig.options.seconds)


def silence_and_loss(rig):
    return _while(rig.proxies[0].silence, lambda: rig.proxies[0].restore(lost=True), rig.options.seconds)


def _at_binding(rig, *fault):
    armed = rig.proxies[0].add(Fault(*fault))
    if not armed.hit.wait(30):
        raise RuntimeError("no Binding came to be hit")
    return time.time()


def answer_lost(rig):
    begin = _at_binding(rig, "swallow")
    return begin, begin


def binding_held(rig):
    begin = _at_binding(rig, "hold", 1, rig.options.seconds)
    return begin, begin


def leader_killed(rig):
    rig.replicas[0].kill()
    return _now(lambda: None)


def leader_stopped(rig):
    """In the middle of a Binding; it goes on after the other has taken over."""
    begin = _at_binding(rig, "hold", 1, 1)
    rig.replicas[0].process.send(signal.SIGSTOP)
    rig.replicas[0].may_end = True
    return begin, begin


ALONE = {each.__name__.replace("_", " "): each for each in (
    apiserver_killed, watches_too_old, scheduler_killed, connections_cut, silence, silence_and_loss, answer_lost,
    binding_held)}
OF_TWO = {each.__name__.replace("_", " "): each for each in (leader_killed, leader_stopped)}


def measure(rig, name, number):
    """One fault in the middle of the trickle; a row of figures."""
    if name in OF_TWO:
        lease.forget(rig.plane.admin)
        rig.add_replica("--leader-elect=true")
        wait_until(lambda: lease.holder(rig.plane.admin), 30, "a leader")
        rig.add_replica("--leader-elect=true")
    else:
        rig.add_replica()
    trickle = Trickle(rig.plane.admin, rig.options.rate, f"{name.replace(' ', '-')}-{number}")
    try:
        _wait_binding(rig, time.time())
        time.sleep(1)
        begin, end = {**ALONE, **OF_TWO}[name](rig)
        again = _wait_binding(rig, begin, end)
    finally:
        trickle.stop()
    wait_until(lambda: all(each["spec"].get("nodeName") for each in rig.pods()), PATIENCE, "all pods to be bound",
               every=0.5)
    wrong = checker.problems(rig.plane.admin.list("nodes")[0], rig.pods())
    if wrong:
        raise RuntimeError(f"{name}: {len(wrong)} wrong placements, the first: {wrong[0]}")
    rig.end_replicas()
    rig.plane.admin.request("DELETE", api.path_of("pods", "default"),
                            {"apiVersion": "v1", "kind": "DeleteOptions", "gracePeriodSeconds": 0})
    wait_until(lambda: not rig.pods(), 60, "the pods to be gone")
    return {"s from begin": again - begin, "s from end": again - end}


def _wait_binding(rig, created_since, since=0.0):
    """The time of the first Binding after a moment among those of pods created after another: what was under way
    when something failed does not count."""
    def later():
        created = rig.writes.times("create pods")
        return [at for name, at in rig.writes.times("create pods/binding").items()
                if at > since and created.get(name, 0) > created_since]
    rig.writes.wait(later, PATIENCE, "the next Binding", every=0.01)
    return min(later())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="of each fault (default 3)")
    parser.add_argument("--nodes", type=int, default=100, help="trn2.48xlarge of 64 cores (default 100)")
    parser.add_argument("--rate", type=float, default=20, help="pods a second (default 20)")
    parser.add_argument("--seconds", type=float, default=10, help="length of silences and held Bindings (default 10)")
    parser.add_argument("--only", nargs="+", metavar="FAULT", choices=[*ALONE, *OF_TWO],
                        help="of: " + ", ".join([*ALONE, *OF_TWO]))
    options = parser.parse_args()
    if binary() is None:
        parser.error("neuron-scheduler is not built (./dev build)")
    elects = "--leader-elect-lease-duration" in subprocess.run(
        [binary(), "--help"], stdout=subprocess.PIPE, text=True, check=True).stdout
    names = options.only or [*ALONE, *OF_TWO]
    left_out = [name for name in names if name in OF_TWO and not elects]
    print(f"{options.nodes} nodes, {options.rate:g} pods a second, {os.cpu_count()} CPUs, {options.rounds} rounds"
          + (f"; left out, since it elects no leader: {', '.join(left_out)}" if left_out else ""))
    table = Table(36)
    with ControlPlane(audit="writes") as plane:
        plane.apply_rights()
        plane.make_nodes("trn2.48xlarge", options.nodes)
        rig = Rig(plane, options)
        try:
            for number in range(options.rounds):
                for name in names:
                    if name not in left_out:
                        table.add(name, number + 1, measure(rig, name, number))
        finally:
            rig.end_replicas()
    table.medians()
    return 0


if __name__ == "__main__":
    finish("faults", main)
