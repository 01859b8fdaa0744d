"""docs/placement.md: its examples are what `simulate` does, its costs what its own rules give, and these rules, applied
by hand to random nodes, say beforehand which ids a pod gets."""

import json
import random
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

from support import ROOT, checker
from support.pods import container, pod
from support.scheduler import binary

from nodes import node as make_node  # from test/controlplane

PAGE = ROOT / "docs" / "placement.md"
NODE_POLICY = "hami.io/node-scheduler-policy"


# The rules of the page

def cores_worth(free):
    """Of one device: a string of "1" for each free core and "0" for the others."""
    return sum(n * (n + 1) * (n + 2) // 6 for n in map(len, free.split("0")))


def devices_worth(geometry, free):
    """free: a set of devices."""
    if geometry.topology == "run":
        line = "".join("1" if device in free else "0" for device in range(geometry.devices))
        return sum(n - size + 1 for n in map(len, line.split("0")) for size in (1, 2, 4, 8, 16) if size <= n)
    worth = len(free)
    for size in (4, 8, 16) if geometry.devices == 16 else (geometry.devices,):
        if size > 1:
            worth += sum(size for start in range(0, geometry.devices, size)
                         if free >= set(range(start, start + size)))
    return worth


def worth(geometry, free):
    """free: for each device the mask of its free cores."""
    bits = [f"{mask:0{geometry.k}b}" for mask in free]
    price = 120 + 240 // geometry.k
    return (devices_worth(geometry, {device for device, mask in enumerate(free) if mask == geometry.full})
            + sum(cores_worth(each) + price * each.count("1") for each in bits))


def cost(geometry, free, placement):
    return worth(geometry, free) - worth(geometry, [mask & ~placement.get(device, 0)
                                                    for device, mask in enumerate(free)])


def predict(geometry, free, ask, policy=""):
    """(ids, cost) of the placement of one container, or None."""
    untouched = {device for device, mask in enumerate(free) if mask == geometry.full}

    def possible(placement):
        return all(mask & ~free[device] == 0 for device, mask in placement.items()) \
            and ("mutex" not in policy or set(placement) <= untouched) and begins_a_run(placement)

    def begins_a_run(placement):
        [(device, mask), *more] = placement.items()
        low = mask & -mask
        return more or mask == geometry.full or low == 1 or free[device] & low >> 1 == 0

    def order(placement):
        own, single = cost(geometry, free, placement), len(placement) == 1
        in_use = sum((geometry.full & ~free[device]).bit_count() for device in placement)
        first = min(placement)
        return ((in_use, -own) if "spread" in policy else (own,), -first if single else first,
                placement[first] & -placement[first])

    best = min(filter(possible, geometry.placements(ask)), key=order, default=None)
    if best is None:
        return None
    ids = checker.ids_of_slot(ask, sorted(best.items()), geometry)
    return ",".join(map(str, ids)), cost(geometry, free, best)


# The page's notation

def table(heading):
    """The rows of the first table below a heading, as lists of cells."""
    text = PAGE.read_text(encoding="utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = re.search(r"(?:^\|.*\n)+", text, re.M).group().splitlines()
    return [[cell.strip().replace("`", "") for cell in line[1:-1].split("|")] for line in lines[2:]]


class World:
    """Nodes, and pods that hold cores on them."""

    def __init__(self):
        self.objects, self.geometries, self.free = [], {}, {}

    def node(self, name, text):
        """text: "trn2.48xlarge LNC1"."""
        kind, _, lnc = text.partition(" LNC")
        body = make_node(name, kind, lnc=int(lnc or 2))
        self.objects.append(body)
        geometry = self.geometries[name] = checker.Geometry(body)
        self.free[name] = [geometry.full] * geometry.devices

    def in_use(self, name, cores):
        if not cores:
            return
        geometry = self.geometries[name]
        for number in cores:
            self.free[name][number // geometry.k] &= ~(1 << number % geometry.k)
        held = pod(f"holder-{name}", cores=len(cores), scheduler="another", nodeName=name,
                   annotations={checker.IDS: ",".join(map(str, cores))})
        self.objects.append(held)

    def in_use_text(self, name, text):
        """text: "devices 3 4 9, cores 30", or "nothing"."""
        k, cores = self.geometries[name].k, []
        for unit, numbers in re.findall(r"(device|core)s?((?: \d+)+)", text):
            for number in map(int, numbers.split()):
                cores += range(number * k, number * k + k) if unit == "device" else [number]
        self.in_use(name, cores)

    def pod(self, name, ask, node=None, policy="", key=checker.POLICY):
        kind, count = ask
        self.objects.append(pod(name, container(**{"neuron" if kind == "device" else "cores": count}),
                                annotations={key: policy} if policy else {},
                                **({"nodeSelector": {"kubernetes.io/hostname": node}} if node else {})))

    def simulate(self, args=""):
        """By name of the pod: (node, ids), both None where it is left."""
        with tempfile.TemporaryDirectory() as folder:
            path, config = Path(folder, "world.json"), Path(folder, "config.yaml")
            path.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": self.objects}), encoding="utf-8")
            config.write_text("apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n"
                              "profiles:\n- pluginConfig:\n  - name: Neuron\n    args: {" + args + "}\n",
                              encoding="utf-8")
            done = subprocess.run([binary(), "simulate", "-f", path, "-o", "json", *(["--config", config] if args
                                                                                    else [])],
                                  capture_output=True, text=True, timeout=60, check=False)
        if done.returncode or done.stderr:
            raise AssertionError(f"exit code {done.returncode}: {done.stderr}")
        return {each["metadata"]["name"]: (each["spec"].get("nodeName"),
                                           each["metadata"].get("annotations", {}).get(checker.IDS))
                for each in json.loads(done.stdout)["items"]}


def parse_ask(text):
    """((kind, count), policy) of "neuron: 1, spread"."""
    unit, count, policy = re.fullmatch(r"(neuron|neuroncore): (\d+)(?:, (\w+))?", text).groups()
    return ("device" if unit == "neuron" else "core", int(count)), policy or ""


class Page(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if binary() is None:
            raise unittest.SkipTest("neuron-scheduler is not built (./dev build)")

    def test_examples(self):
        rows = table("Examples on one node")
        self.assertGreater(len(rows), 15)
        kind = used = ""
        for number, (kind_, used_, asks, gets, costs, _) in enumerate(rows):
            kind, used = kind_ or kind, used_ or used
            with self.subTest(f"{kind}, {used}: {asks}"):
                world = World()
                world.node("n", kind)
                world.in_use_text("n", used)
                ask, policy = parse_ask(asks)
                world.pod(f"p{number}", ask, policy=policy)
                [(_, ids)] = world.simulate().values()
                self.assertEqual(ids or "waits", gets.replace(" ", ""))
                found = predict(world.geometries["n"], world.free["n"], ask, policy)
                self.assertEqual(found, None if gets == "waits" else (ids, int(costs)))

    def test_examples_between_nodes(self):
        rows = table("Examples between nodes")
        self.assertGreater(len(rows), 3)
        for nodes, asks, costs, goes, _ in rows:
            with self.subTest(f"{nodes}: {asks}"):
                world, found = World(), []
                ask, policy = parse_ask(asks)
                for kind, used in re.findall(r"([^,()]+?)(?: \(([^)]*)\))?(?:, |$)", nodes):
                    world.node(kind, kind)
                    world.in_use_text(kind, used)
                    found.append(str(predict(world.geometries[kind], world.free[kind], ask)[1]))
                self.assertEqual(", ".join(found), costs)
                world.pod("p", ask, policy=policy, key=NODE_POLICY)
                [(node, _)] = world.simulate().values()
                self.assertEqual(node, goes)

    def test_examples_of_arguments(self):
        rows = table("What the arguments change")
        self.assertGreater(len(rows), 2)
        for args, kind, used, asks, without, gets in rows:
            with self.subTest(f"{args}: {asks}"):
                world = World()
                world.node("n", kind)
                world.in_use_text("n", used)
                world.pod("p", parse_ask(asks)[0])
                for wanted, given in ((without, ""), (gets, args)):
                    [(_, ids)] = world.simulate(given).values()
                    self.assertEqual(ids or "waits", wanted.replace(" ", ""))

    def test_examples_in_the_text(self):
        world = World()
        world.node("n", "trn1.32xlarge")
        for number, cores in enumerate((1, 7, 1)):
            world.pod(f"p{number}", ("core", cores))
        self.assertEqual([ids for _, ids in world.simulate().values()], ["30", "16,17,18,19,20,21,22", "31"])
        drawn = re.findall(r"^    row +\d+-\d+ +((?:[abc.]{2} *){4})", PAGE.read_text(encoding="utf-8"), re.M)
        owners = "".join(drawn).replace(" ", "")
        self.assertEqual(owners, "." * 16 + "b" * 7 + "." * 7 + "ac")

        world = World()
        world.node("n", "inf2.24xlarge")
        world.objects.append(pod("p", container("a", neuron=1), container("b", neuron=1),
                                 init=[container("i", neuron=2)]))
        [(_, ids)] = world.simulate().values()
        self.assertIn(f"`AWS_NEURON_IDS` is\n`{ids}`", PAGE.read_text(encoding="utf-8"))

        world = World()
        world.node("n", "trn1.32xlarge")
        for name, count in (("one", 1), ("four", 4)):
            world.objects.append(pod(name, neuron=count, annotations={
                "aws.amazon.com/use-neuron-uuid": "n-AWSNeuron-2, n-AWSNeuron-3"}))
        self.assertEqual(world.simulate(), {"one": ("n", "3"), "four": (None, None)})

    def test_the_rules_predict_what_simulate_does(self):
        """Random nodes of six kinds, one pod for each."""
        rng, wanted = random.Random(3), {}
        world = World()
        kinds = ("trn1.32xlarge", "trn2.48xlarge LNC1", "trn2.48xlarge LNC2", "inf2.48xlarge", "inf2.24xlarge",
                 "inf1.24xlarge")
        for number in range(600):
            name = f"n{number}"
            world.node(name, kinds[number % len(kinds)])
            geometry = world.geometries[name]
            every = range(geometry.devices * geometry.k)
            cores = set(rng.sample(every, rng.randint(0, len(every) // 3)))
            for device in rng.sample(range(geometry.devices), rng.randint(0, geometry.devices * 3 // 4)):
                whole = set(range(device * geometry.k, (device + 1) * geometry.k))  # free ones are rare by chance
                cores = cores | whole if rng.random() < 0.3 else cores - whole
            world.in_use(name, sorted(cores))
            devices = rng.choice([1, 1, 1, *(n for n in range(1, geometry.devices) if geometry.legal_sets(n))])
            ask = ("device", devices) if rng.random() < 0.5 else \
                ("core", rng.randint((devices - 1) * geometry.k + 1, devices * geometry.k))
            policy = rng.choice(("", "", "spread", "mutex", "mutex,spread"))
            world.pod(f"p{number}", ask, name, policy)
            found = predict(geometry, world.free[name], ask, policy)
            wanted[f"p{number}"] = (name, found[0]) if found else (None, None)
        self.assertEqual(world.simulate(), wanted)
        placed = sum(node is not None for node, _ in wanted.values())
        self.assertGreater(placed, 300)
        self.assertLess(placed, 580)


if __name__ == "__main__":
    unittest.main()
