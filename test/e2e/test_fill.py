"""One node of each large instance type, filled with random Neuron pods that come and go, under a scheduler that is
killed now and then: after every step the checker must be content, and nobody may wait who has a place.

A step does something on every node. NEURON_SCHEDULER_FILL_STEPS says how many there are (25 if not set, 2,000 for the
full form), NEURON_SCHEDULER_FILL_SEED which; both are printed."""

import os
import random
import time
import unittest
from collections import Counter

from support import checker, fill
from support.cluster import ClusterTest
from support.wait import wait_until

STEPS = int(os.environ.get("NEURON_SCHEDULER_FILL_STEPS", "25"))
SEED = int(os.environ.get("NEURON_SCHEDULER_FILL_SEED", "20261130"))
# Name of the node, instance type, logical cores (LNC), and what a message says is legal there.
KINDS = (
    ("trn1", "trn1.32xlarge", 2, "1 or 4 or 8 or 16"), ("trn2-lnc1", "trn2.48xlarge", 1, "1 or 4 or 8 or 16"),
    ("trn2-lnc2", "trn2.48xlarge", 2, "1 or 4 or 8 or 16"), ("inf2-ring", "inf2.48xlarge", 2, "1 to 12"),
    ("inf2-line", "inf2.24xlarge", 2, "1 to 6"), ("inf1", "inf1.24xlarge", 2, "1 to 16"),
)
WAITING_MAX = 8  # On a node; more than that are deleted.
# How the scheduler goes, and whether things happen meanwhile or it goes in the middle of work.
RESTARTS = (("killed", "middle"), ("terminated", "meanwhile"), ("killed", "meanwhile"), ("terminated", "middle"))


class Fill(ClusterTest):
    def test_fill(self):
        """Everything in one cluster, each pod bound to its node by a node selector."""
        self.rng = random.Random(SEED)
        self.count = Counter()
        self.alive, self.first_seen = {}, {}
        for name, kind, lnc, _ in KINDS:
            self.plane.make_nodes(kind, 1, prefix=name, lnc=lnc)
        self.node_list = self.nodes()
        self.machines = {node["metadata"]["name"]: checker.Geometry(node) for node in self.node_list}
        self.legal = {f"{name}-0": text for name, _, _, text in KINDS}
        self.process = self.scheduler()
        started = time.monotonic()
        print(f"\nfill: {STEPS} steps on each of {len(KINDS)} nodes, seed {SEED}", flush=True)
        for step in range(STEPS):
            try:
                self.step(step)
            except Exception as error:
                raise AssertionError(f"step {step} of seed {SEED}: {error}") from error
            if step % 100 == 99:
                print(f"fill: step {step + 1}, {time.monotonic() - started:.0f} s, {dict(self.count)}", flush=True)
        print(f"fill: done after {time.monotonic() - started:.0f} s, {dict(sorted(self.count.items()))}", flush=True)
        self.assert_enough()
        self.assert_no_forbidden()

    def assert_enough(self):
        """What the steps did is what the test is about."""
        for node in self.machines:
            self.assertGreaterEqual(self.count[f"bound {node}"], STEPS // 4, node)
        for what in ("killed", "terminated", "bound late", "refused for its size", "init", "sidecar", "uuid", "mutex",
                     "spread"):
            self.assertGreater(self.count[what], 0, what)

    # One step

    def step(self, number):
        how, when = self.restart(number)
        if when == "meanwhile":
            self.end_scheduler(how)
        bodies = [body for node, geometry in self.machines.items() for body in self.act(node, geometry)]
        made = self.create(*bodies)
        self.alive.update((each["metadata"]["name"], each) for each in made)
        if when == "middle":
            self.end_scheduler(how)
        if when:
            self.process.start()
        self.judge(self.rest())

    def restart(self, number):
        """At random, and in steps 5, 15, 25, ... each kind in turn; ("", "") for none."""
        if number % 10 == 5:
            return RESTARTS[number // 10 % len(RESTARTS)]
        return self.rng.choice(RESTARTS) if self.rng.random() < 0.05 else ("", "")

    def end_scheduler(self, how):
        if how == "killed":
            self.process.kill()
        else:
            self.assertEqual(self.process.terminate(), 0)
        self.count[how] += 1

    def act(self, node, geometry):
        """Deletes and ends pods of the node; returns those to be created."""
        rng = self.rng
        here = [pod for pod in self.alive.values() if pod["spec"]["nodeSelector"]["kubernetes.io/hostname"] == node]
        waiting = [pod for pod in here if not pod["spec"].get("nodeName")]
        bound = [pod for pod in here if pod["spec"].get("nodeName")]
        self.forget(*waiting[:len(waiting) - WAITING_MAX] if len(waiting) > WAITING_MAX else ())
        choice = rng.random()
        if choice < 0.02:
            self.forget(*here)  # so that large pods have a chance
        elif choice < 0.30:
            self.forget(*rng.sample(bound, min(len(bound), rng.randint(1, 4))))
        elif choice < 0.40:
            self.forget(*rng.sample(waiting, min(len(waiting), 2)))
        elif choice < 0.46 and bound:
            self.finish(rng.choice(bound))
        elif choice < 0.54 and here:  # another pod under the same name, at once
            again = rng.choice(here)
            self.forget(again)
            return [self.new_pod(again["metadata"]["name"], node, geometry)]
        if choice >= 0.40 or len(bound) < 3:
            return [self.new_pod(None, node, geometry) for _ in range(rng.randint(1, 3))]
        return []

    def new_pod(self, name, node, geometry):
        self.count["created"] += 1
        made = fill.random_pod(self.rng, name or f"fill-{self.count['created']}", node, geometry)
        for what in made.features:
            self.count[what] += 1
        return made.body

    def forget(self, *pods):
        self.delete(*pods)
        for pod in pods:
            self.alive.pop(pod["metadata"]["name"], None)

    def finish(self, pod):
        """The pod has run to its end and stays as an object, with nothing in use."""
        name = pod["metadata"]["name"]
        self.client.patch("pods", name, {"status": {"phase": self.rng.choice(("Succeeded", "Failed"))}}, "default",
                          "status")
        self.alive.pop(name)
        self.count["finished"] += 1

    # Afterwards

    def rest(self):
        """Waits until nobody waits who has a place, and everybody who waits has been told why."""
        state = {}

        def at_rest():
            state["pods"] = [pod for pod in self.pods() if pod["metadata"]["name"] in self.alive]
            waiting = [pod for pod in state["pods"] if not pod["spec"].get("nodeName")]
            state["silent"] = [checker.name_of(pod) for pod in waiting if not _message(pod)]
            state["fit"] = checker.pending_that_fit(self.node_list, state["pods"]) if not state["silent"] else []
            return not state["silent"] and not state["fit"]

        wait_until(at_rest, 60, lambda: f"a state of rest: no word about {state['silent']}, room for {state['fit']}",
                   every=0.02)
        return state["pods"]

    def judge(self, pods):
        self.assertEqual({pod["metadata"]["name"]: pod["metadata"]["uid"] for pod in pods},
                         {name: pod["metadata"]["uid"] for name, pod in self.alive.items()}, "pods went or came")
        self.assertEqual(checker.problems(self.node_list, pods), [])
        for pod in pods:
            name, uid = pod["metadata"]["name"], pod["metadata"]["uid"]
            size = fill.illegal_size(pod, self.machines)
            if pod["spec"].get("nodeName"):
                self.assertEqual(pod["spec"]["nodeName"], pod["spec"]["nodeSelector"]["kubernetes.io/hostname"])
                self.assertIsNone(size, f"{name} got what nobody can give")
                self.judge_bound(name, uid, pod)
            elif size is not None:
                node = pod["spec"]["nodeSelector"]["kubernetes.io/hostname"]
                self.assertIn(f"1 node(s) cannot give {size} to one container (legal numbers of devices: "
                              f"{self.legal[node]})", _message(pod), name)
                self.count["refused for its size"] += uid not in self.first_seen
            self.first_seen.setdefault(uid, None)
        self.alive = {pod["metadata"]["name"]: pod for pod in pods}

    def judge_bound(self, name, uid, pod):
        """What a pod was given stays as it was on the day it was bound."""
        now = pod["spec"]["nodeName"], pod["metadata"]["annotations"]
        before = self.first_seen.get(uid)
        if before is None:
            self.count[f"bound {now[0]}"] += 1
            self.count["bound late"] += uid in self.first_seen
            self.first_seen[uid] = now
            geometry = self.machines[now[0]]
            self.assertEqual(fill.init_containers_that_reuse_nothing(pod, geometry), [], name)
        else:
            self.assertEqual(now, before, f"{name} was changed after it was bound")


def _message(pod):
    """What the PodScheduled condition says; "" if there is none."""
    return next((each.get("message", "") for each in pod.get("status", {}).get("conditions") or ()
                 if each["type"] == "PodScheduled"), "")


if __name__ == "__main__":
    unittest.main()
