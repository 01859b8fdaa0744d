"""neuron-scheduler simulate: as a command, and compared with what a live run did."""

import json
import os
import shlex
import subprocess
import tempfile
import unittest
from pathlib import Path

from support import ROOT
from support.cluster import ClusterTest
from support.pods import pod as make_pod
from support.scheduler import binary
from support.wait import wait_until
from support.workload import make_mixed_nodes, mixed_pods

DATA = ROOT / "test" / "cmd" / "manifests"
EXAMPLES = ROOT / "examples"
SEED = 20261124
# What says when, or which write it was; no two runs agree on these.
TIMES = ("NEURON_ALLOC_TIME", "hami.io/vgpu-time", "hami.io/bind-time")


def simulate(*arguments, stdin=None, code=0, **options):
    """Runs the command; (standard output, standard error)."""
    done = subprocess.run([binary(), "simulate", *map(str, arguments)], input=stdin, capture_output=True,
                          text=True, timeout=120, check=False, **options)
    if done.returncode != code:
        raise AssertionError(f"exit code {done.returncode}, not {code}: {done.stderr}")
    return done.stdout, done.stderr


def as_list(objects):
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})


def shown_commands(text):
    """(command, output) of each indented block that begins with a dollar sign."""
    found, block = [], None
    for line in text.splitlines():
        if line.startswith("    $ "):
            block = [line[6:], []]
            found.append(block)
        elif block is not None and (line.startswith("    ") or not line):
            block[1].append(line[4:])
        else:
            block = None
    return [(command, "\n".join(lines).rstrip("\n")) for command, lines in found]


def placement(pod):
    """Where a pod is, with which ids, or why it is nowhere."""
    annotations = pod["metadata"].get("annotations") or {}
    condition = next((each for each in pod["status"].get("conditions") or () if each["type"] == "PodScheduled"), {})
    return (pod["spec"].get("nodeName"), annotations.get("AWS_NEURON_IDS"),
            annotations.get("hami.io/aws-neuron-devices-allocated"), condition.get("message"))


class Command(unittest.TestCase):
    """No cluster: the real binary over files."""

    @classmethod
    def setUpClass(cls):
        if binary() is None:
            raise unittest.SkipTest("neuron-scheduler is not built (./dev build)")

    def test_exit_codes(self):
        never = ("-f", EXAMPLES / "node.yaml", "-f", EXAMPLES / "never-fits.yaml")
        self.assertIn("default/never-fits  <pending>", simulate(*never)[0])
        self.assertIn("default/never-fits  <pending>", simulate(*never, "--fail-on-pending", code=3)[0])
        fits = ("-f", EXAMPLES / "node.yaml", "-f", EXAMPLES / "one-core.yaml")
        simulate(*fits, "--fail-on-pending")
        out, error = simulate(*fits, "-f", "-", stdin="apiVersion: v1\nkind: [\n", code=2)
        self.assertEqual((out, error), ("", "neuron-scheduler: -:3: not YAML: a [ is not closed\n"))
        out, error = simulate("-f", "no-such-file.yaml", code=2)
        self.assertEqual((out, error), ("", "neuron-scheduler: no-such-file.yaml: no such file or folder\n"))
        out, error = simulate(*fits, "--config", "x.yaml", code=2)
        self.assertEqual((out, error), ("", "neuron-scheduler: x.yaml: No such file or directory\n"))
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run([binary(), "simulate", *map(str, fits)], stdout=full, stderr=subprocess.PIPE,
                                  text=True, timeout=60, check=False)
        self.assertEqual((done.returncode, done.stderr), (1, "neuron-scheduler: the result could not be written\n"))

    def test_the_same_bytes_each_time(self):
        for output in ("table", "json", "yaml"):
            arguments = ("-f", EXAMPLES, "-f", DATA / "nodes.yaml", "-f", DATA / "jobs.yaml", "-o", output)
            first = simulate(*arguments)
            environment = {**os.environ, "LANG": "C", "TZ": "Asia/Tokyo"}
            if output == "table":  # Only the signs of the drawing depend on the locale.
                environment["LANG"] = os.environ.get("LANG", "")
            self.assertEqual(simulate(*arguments, env=environment), first)

    def test_json_and_yaml_are_input_again(self):
        arguments = ("-f", EXAMPLES, "-f", DATA / "nodes.yaml")
        placed = {placement(each)[:3] for each in json.loads(simulate(*arguments, "-o", "json")[0])["items"]
                  if each["spec"].get("nodeName")}
        self.assertGreater(len(placed), 5)
        for output in ("json", "yaml"):
            text, _ = simulate(*arguments, "-o", output)
            # All that is bound stays; only what was pending is tried again, and nothing has changed.
            again, error = simulate("-f", EXAMPLES / "node.yaml", "-f", DATA / "nodes.yaml", "-f", "-",
                                    "-o", "json", stdin=text)
            self.assertEqual(error, "")
            self.assertTrue(all("nodeName" not in each["spec"] for each in json.loads(again)["items"]))

    def test_the_documentation_shows_real_output(self):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "examples").symlink_to(EXAMPLES)
            Path(folder, "bad").symlink_to(DATA / "bad")
            shown = shown_commands((ROOT / "docs" / "simulate.md").read_text(encoding="utf-8"))
            self.assertEqual(len(shown), 5)
            for command, wanted in shown:
                done = subprocess.run([binary(), *shlex.split(command)[1:]], cwd=folder, capture_output=True,
                                      encoding="utf-8", timeout=60, check=False, env={"LANG": "C.UTF-8"})
                self.assertEqual((done.stdout + done.stderr).rstrip("\n"), wanted, command)

    def test_large_input(self):
        """Five thousand pods on a hundred nodes."""
        nodes = [{"apiVersion": "v1", "kind": "Node",
                  "metadata": {"name": f"n{i}", "labels": {"node.kubernetes.io/instance-type": "trn1.32xlarge"}},
                  "status": {"capacity": {"cpu": "128", "memory": "512Gi", "pods": "250",
                                          "aws.amazon.com/neuron": "16", "aws.amazon.com/neuroncore": "32"}}}
                 for i in range(100)]
        pods = [make_pod(f"p{i}", cores=1) for i in range(5000)]
        out, error = simulate("-f", "-", "-o", "json", stdin=as_list(nodes + pods))
        self.assertEqual(error, "")
        placed = [each for each in json.loads(out)["items"] if each["spec"].get("nodeName")]
        self.assertEqual(len(placed), 3200)
        cores = {(each["spec"]["nodeName"], each["metadata"]["annotations"]["AWS_NEURON_IDS"]) for each in placed}
        self.assertEqual(len(cores), 3200)


class Reproduction(ClusterTest):
    def record(self, bodies):
        """Creates pods one after the other, and waits until the scheduler has decided all of them. Returns what was
        there before it began (nodes, and pods in order of arrival) and the pods afterwards, by name."""
        recorder = self.recorder()
        nodes = self.nodes()
        scheduler = self.scheduler("--seed", str(SEED))
        for body in bodies:
            self.create(body)
        names = [body["metadata"]["name"] for body in bodies]

        def waiting():
            return [name for name in names if not (self.node_of(name) or self.condition(name))]

        wait_until(lambda: not waiting(), 30, lambda: f"a decision about {waiting()}")
        recorder.catch_up()
        scheduler.terminate()
        arrived = [version for kind, version in recorder.versions if kind == "ADDED"]
        self.assertEqual([each["metadata"]["name"] for each in arrived], names)
        return nodes, arrived, {each["metadata"]["name"]: each for each in self.pods()}

    def run_again(self, nodes, pods, seed=SEED):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "recorded.json"
            # Items of a list come without their kind.
            nodes = [{"apiVersion": "v1", "kind": "Node", **each} for each in nodes]
            path.write_text(as_list([*nodes, *pods]), encoding="utf-8")
            out, error = simulate("-f", path, "-o", "json", "--seed", seed)
        self.assertEqual(error, "")
        return {each["metadata"]["name"]: each for each in json.loads(out)["items"]}

    def test_a_live_run_is_reproduced(self):
        names = make_mixed_nodes(self.plane, (("trn1.32xlarge", 3), ("trn2.48xlarge", 1), ("inf2.48xlarge", 3),
                                              ("inf2.xlarge", 2)))
        pods = mixed_pods(90, 11, names) + mixed_pods(60, 12, names, prefix="large", large=True)
        nodes, arrived, live = self.record(pods)
        again = self.run_again(nodes, arrived)
        self.assertEqual({name: placement(each) for name, each in again.items()},
                         {name: placement(each) for name, each in live.items()})
        placed = sum(1 for each in live.values() if each["spec"].get("nodeName"))
        self.assertGreater(placed, 60)
        self.assertLess(placed, 150)
        other = [placement(each) for each in self.run_again(nodes, arrived, SEED + 1).values()]
        self.assertNotEqual(other, [placement(each) for each in again.values()], "the seed has no effect")

    def test_pods_are_as_the_server_holds_them(self):
        """Byte for byte, but for times and what counts writes."""
        make_mixed_nodes(self.plane, (("trn1.32xlarge", 1),))
        nodes, arrived, live = self.record([make_pod("bound", cores=2, annotations={"keep": "me"}),
                                            make_pod("plain"), make_pod("left", neuron=13)])
        self.assertEqual({name: self.stripped(each) for name, each in self.run_again(nodes, arrived).items()},
                         {name: self.stripped(each) for name, each in live.items()})

    def test_defaults_are_those_of_the_server(self):
        """From the manifests themselves, as people write them."""
        text = self.plane.kubectl("create", "-f", str(EXAMPLES), "-o", "json", "--dry-run=server")
        wanted = {each["metadata"]["name"]: each for each in self.items(text) if each["kind"] == "Pod"}
        made = {each["metadata"]["name"]: each
                for each in json.loads(simulate("-f", EXAMPLES, "-o", "json")[0])["items"]}
        self.assertEqual(set(made), set(wanted))
        for name, pod in made.items():
            pod["spec"].pop("nodeName", None)
            self.assert_part_of(pod["spec"], wanted[name]["spec"], name)

    @staticmethod
    def items(text):
        """Objects of a List, or objects that follow each other."""
        decoder, found = json.JSONDecoder(), []
        while text.strip():
            value, end = decoder.raw_decode(text.lstrip())
            text = text.lstrip()[end:]
            found += value["items"] if value["kind"] == "List" else [value]
        return found

    def assert_part_of(self, part, whole, path):
        if isinstance(part, dict):
            for key, value in part.items():
                self.assertIn(key, whole, path)
                self.assert_part_of(value, whole[key], f"{path}.{key}")
        elif isinstance(part, list):
            self.assertEqual(len(part), len(whole), path)
            for number, (a, b) in enumerate(zip(part, whole)):
                self.assert_part_of(a, b, f"{path}[{number}]")
        else:
            self.assertEqual(part, whole, path)

    @staticmethod
    def stripped(pod):
        pod = {"apiVersion": "v1", "kind": "Pod", **json.loads(json.dumps(pod))}
        for key in ("resourceVersion", "managedFields"):
            pod["metadata"].pop(key, None)
        for key in TIMES:
            pod["metadata"].get("annotations", {}).pop(key, None)
        for condition in pod["status"].get("conditions") or ():
            condition.pop("lastTransitionTime", None)
        return pod


if __name__ == "__main__":
    unittest.main()
