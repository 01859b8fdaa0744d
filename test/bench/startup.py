#!/usr/bin/env python3
"""How long a scheduler takes until it is ready on a large cluster, and what memory it then has: neuron-scheduler and
the stock kube-scheduler in turn, on one real control plane with nodes of five types and bound pods of one core each.

Ready: /readyz says so; kube-scheduler's has the check that all it listed was handled (sched-handler-sync). Memory is
resident memory, some seconds after; the peak is until then. Everything shares the cores of this machine.
"""

import argparse
import itertools
import os
import time

from e2e import TYPES
from shared.contenders import CONTENDERS, assignment, one_core_places, post_all
from shared.figures import Table, alternate, cpu_seconds, finish, peak_mib, resident_mib

from support.pods import pod  # from test/e2e
from support.scheduler import binary
from support.wait import wait_until

import api  # from test/controlplane
from controlplane import ControlPlane

PATIENCE = 120  # seconds until ready
NAMES = ["neuron-scheduler", "kube-scheduler"]


def fill(plane, options):
    """Creates the nodes, and on them the pods of a scheduler that is gone."""
    for kind in TYPES:
        plane.make_nodes(kind, options.nodes // len(TYPES))
    places = itertools.islice(one_core_places(plane.admin.list("nodes")[0]), options.pods)
    path = api.path_of("pods", "default")
    post_all(plane, plane.admin_kubeconfig, [
        [(path, pod(f"bound-{number}", cores=1, annotations=assignment(place),
                    nodeName=place[0]["metadata"]["name"]))] for number, place in enumerate(places)])


def run(plane, name, settle):
    contender = CONTENDERS[name](plane)
    begin = time.monotonic()
    contender.start()
    try:
        def ready():
            if contender.failed():
                raise RuntimeError(f"{name} ended:\n{contender.process.last_lines()}")
            return contender.ready()

        wait_until(ready, PATIENCE, f"{name} to be ready", every=0.02)
        taken = time.monotonic() - begin
        cpu = cpu_seconds(contender.process.pid)
        time.sleep(settle)
        return {"s to ready": taken, "CPU s": cpu, "MiB": resident_mib(contender.process.pid),
                "peak MiB": peak_mib(contender.process.pid)}
    finally:
        contender.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nodes", type=int, default=5000, help="nodes, of five types (default 5000)")
    parser.add_argument("--pods", type=int, default=50000, help="bound pods of one core (default 50000)")
    parser.add_argument("--rounds", type=int, default=5, help="starts of each (default 5)")
    parser.add_argument("--settle", type=float, default=5, help="seconds from ready to measuring (default 5)")
    parser.add_argument("--only", nargs="+", choices=NAMES, default=NAMES)
    options = parser.parse_args()
    if binary() is None:
        parser.error("neuron-scheduler is not built (./dev build)")
    with ControlPlane(audit="None") as plane:
        plane.apply_rights()
        begin = time.monotonic()
        fill(plane, options)
        print(f"{options.nodes} nodes of {len(TYPES)} types, {options.pods} bound pods (made in "
              f"{time.monotonic() - begin:.0f} s), {os.cpu_count()} CPUs, {options.rounds} rounds")
        table = Table()
        for number, name in alternate(options.only, options.rounds):
            table.add(name, number, run(plane, name, options.settle))
    table.medians()
    if len(table.rows) == 2:
        for title, text in (("s to ready", "of kube-scheduler's time to ready"), ("CPU s", "of its CPU time"),
                            ("MiB", "of its memory"), ("peak MiB", "of its peak")):
            ours, other = (table.median(name, title) for name in NAMES)
            print(f"neuron-scheduler: {ours / other:.3f} {text}")
    return 0


if __name__ == "__main__":
    finish("startup", main)
