"""./dev demo as a newcomer sees it, and the output of it that README.md shows."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "test" / "e2e"), str(ROOT / "test" / "controlplane")]

from support import checker
from support.wait import wait_until

from api import Client

DEMO = ROOT / "test" / "demo" / "demo.py"
SCHEDULER = Path(os.environ.get("NEURON_SCHEDULER_BINARY") or ROOT / "build" / "release" / "neuron-scheduler")
BINARIES = SCHEDULER.parent
SECONDS_WARM = 15


def command(*arguments, files, binaries=BINARIES):
    return [sys.executable, "-B", str(DEMO), "--binaries", str(binaries), "--files", files, *arguments]


def environment(locale="C.UTF-8"):
    kept = {key: value for key, value in os.environ.items()
            if not key.startswith("LC_") and key not in ("LANG", "COLUMNS")}
    return {**kept, "LC_ALL": locale}


def run(*arguments, locale="C.UTF-8", **options):
    return subprocess.run(command(*arguments, **options), cwd=ROOT, env=environment(locale), capture_output=True,
                          text=True, timeout=120, check=False)


def example_names():
    """Of the pods in examples/."""
    names = []
    for path in sorted((ROOT / "examples").glob("*.yaml")):
        for document in path.read_text(encoding="utf-8").split("\n---\n"):
            if re.search(r"^kind: Pod$", document, re.MULTILINE):
                names.append(re.search(r"^  name: (\S+)$", document, re.MULTILINE)[1])
    return names


def rows(text):
    """{pod: (asks for, node, has)} of all tables; the last word counts."""
    found = {}
    for line in text.splitlines():
        cells = re.split(r"\s{2,}", line.strip())
        if cells[0] in example_names() and len(cells) >= 3:
            found[cells[0]] = (cells[1], cells[2], cells[3] if len(cells) > 3 else "")
    return found


def children(pid):
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]


def has_connection(pid, port):
    """Whether the process has an open TCP connection to that loopback port."""
    own = set()
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        try:
            own.add(os.readlink(entry))
        except OSError:
            pass
    for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]:
        _, _, remote, state, *_, = line.split()
        if remote == f"0100007F:{port:04X}" and state == "01" and f"socket:[{line.split()[9]}]" in own:
            return True
    return False


@contextlib.contextmanager
def started(*arguments, **options):
    """The running demonstration; killed, if it is still there, whatever happens meanwhile."""
    with subprocess.Popen(command(*arguments, **options), cwd=ROOT, env=environment(), text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        try:
            yield process
        finally:
            process.kill()


class DemoTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        for name in ("neuron-scheduler", "demo-cluster"):
            self.assertTrue((BINARIES / name).is_file(), f"{BINARIES / name} is not built")
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.files = folder.name


class Demo(DemoTest):
    def assert_nothing_left(self):
        self.assertEqual(os.listdir(self.files), [])

    def test_tells_where_each_example_went(self):
        begin = time.monotonic()
        result = run(files=self.files)
        self.assertEqual((result.returncode, result.stderr), (0, ""), result.stdout)
        self.assertLess(time.monotonic() - begin, SECONDS_WARM)
        first, _, second = result.stdout.partition("\ndemo: deleting ")
        placed, later = rows(first), rows(second)
        self.assertEqual(sorted(placed), sorted(example_names()))
        pending = {name for name, row in placed.items() if row[1] == "pending"}
        self.assertEqual(pending, {"never-fits", "two-rows"})
        for name in pending:
            self.assertRegex(first, rf"(?m)^{name} pends: 0/4 nodes are available: ")
        for name in set(placed) - pending:
            self.assertRegex(placed[name][2], r"^(cores? [\d, -]+ of )?devices? [\d, -]+$", name)
        # The pods that went had, together, what the waiting one got.
        gone = re.match(r"(\S+) and (\S+), which have such a piece\n", second).groups()
        self.assertEqual({placed[name][1] for name in gone}, {"trn1-32xlarge-0"})
        self.assertEqual(sorted(placed[name][2] for name in gone), ["devices 0-3", "devices 4-7"])
        self.assertEqual(later, {"two-rows": ("8 devices", "trn1-32xlarge-0", "devices 0-7")})
        # The drawings: all nodes, then the one that changed.
        self.assertEqual(re.findall(r"(?m)^(\S+) │ ", first),
                         ["inf2-xlarge-0", "plain-0", "trn1-32xlarge-0", "trn2-3xlarge-lnc1-0"])
        self.assertEqual(re.findall(r"(?m)^(\S+) │ ", second), ["trn1-32xlarge-0"])
        self.assertLessEqual(max(map(len, result.stdout.splitlines())), 80)
        self.assert_nothing_left()

    def test_is_plain_text_without_utf8(self):
        result = run(files=self.files, locale="C")
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertTrue(result.stdout.isascii())
        self.assertIn("trn1-32xlarge-0 | trn1.32xlarge | ", result.stdout)

    def test_stays_and_ends_with_ctrl_c(self):
        with started("--stay", files=self.files) as process:
            lines = []
            for line in process.stdout:
                lines.append(line)
                if "grep scheduler_schedule_attempts_total" in line:
                    break
            text = "".join(lines)
            port = int(re.search(r"API server  http://127\.0\.0\.1:(\d+)", text)[1])
            # What runs is what was built, and the scheduler talks HTTP to the other one.
            running = {Path(os.readlink(f"/proc/{pid}/exe")): pid for pid in children(process.pid)}
            self.assertEqual(set(running), {BINARIES / "neuron-scheduler", BINARIES / "demo-cluster"})
            self.assertTrue(has_connection(running[BINARIES / "neuron-scheduler"], port))
            kubeconfig = ROOT / re.search(r"kubeconfig  (\S+)", text)[1]
            self.assertIn(f"http://127.0.0.1:{port}", kubeconfig.read_text(encoding="utf-8"))
            self.check_cluster(Client(f"http://127.0.0.1:{port}"), text)
            process.send_signal(signal.SIGINT)
            self.assertEqual(process.wait(20), 0)
        for pid in running.values():
            self.assertFalse(Path(f"/proc/{pid}").exists())
        self.assert_nothing_left()

    def check_cluster(self, client, text):
        """By the independent checker and the scheduler's own figures."""
        def settled():
            pods = client.list("pods", "default")[0]
            phases = {pod["status"]["phase"] for pod in pods if pod["spec"].get("nodeName")}
            return pods if phases == {"Running"} else []

        pods, nodes = wait_until(settled, 10, "bound pods to run"), client.list("nodes")[0]
        for pod in pods:
            if pod["spec"].get("nodeName"):
                # The stand-in for the device plugin has been there; the checker knows pods as they are bound.
                self.assertEqual(pod["metadata"]["annotations"]["NEURON_ALLOCATED"], "true")
                pod["metadata"]["annotations"]["NEURON_ALLOCATED"] = "false"
        self.assertEqual(checker.problems(nodes, pods), [])
        self.assertEqual(checker.pending_that_fit(nodes, pods), [])
        bound = {pod["metadata"]["name"]: pod["spec"]["nodeName"] for pod in pods if pod["spec"].get("nodeName")}
        self.assertEqual({name: row[1] for name, row in rows(text).items() if name in bound}, bound)
        with urllib.request.urlopen(re.search(r"metrics     (\S+)", text)[1], timeout=10) as answer:
            metrics = answer.read().decode()
        # Two more were bound and are deleted.
        scheduled = r'^scheduler_schedule_attempts_total{.*result="scheduled".*} (\d+)$'
        self.assertEqual(int(re.search(scheduled, metrics, re.MULTILINE)[1]), len(bound) + 2)

    def test_says_what_to_do_when_a_process_fails(self):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "demo-cluster").symlink_to(BINARIES / "demo-cluster")
            broken = Path(folder) / "neuron-scheduler"
            broken.write_text("#!/bin/sh\necho the reason\nexit 3\n", encoding="ascii")
            broken.chmod(0o755)
            result = run(files=self.files, binaries=folder)
        self.assertEqual(result.returncode, 1)
        self.assertIn("neuron-scheduler ended by itself, exit code 3", result.stderr)
        self.assertIn("\n  the reason\n", result.stderr)
        self.assertIn("./dev build", result.stderr)
        [kept] = os.listdir(self.files)
        self.assertIn(kept, result.stderr)

    def test_ends_with_ctrl_c_on_the_way(self):
        with started(files=self.files) as process:
            running = wait_until(lambda: children(process.pid), 20, "a process to be started")
            process.send_signal(signal.SIGINT)
            text, _ = process.communicate(timeout=20)
            self.assertEqual(process.returncode, 130)
            self.assertTrue(text.endswith("demo: ended\n"), text)
        for pid in running:
            self.assertFalse(Path(f"/proc/{pid}").exists())
        self.assert_nothing_left()


class Readme(DemoTest):
    def block(self, first_line):
        """The lines after first_line in the fenced block of README.md that begins with it."""
        text = (ROOT / "README.md").read_text(encoding="utf-8")
        found = re.search(rf"(?ms)^```\w*\n{re.escape(first_line)}\n(.*?)^```$", text)
        self.assertTrue(found, f"README.md has no block that begins with {first_line!r}")
        return found[1]

    def test_shows_what_the_demonstration_prints(self):
        def lasting(text):
            return re.sub(r"done in [\d.]+ s", "done in N s", text)
        self.assertEqual(lasting(self.block("$ ./dev demo")), lasting(run(files=self.files).stdout))

    def test_shows_what_passing_tests_print(self):
        """Ctest's last word, once for each suite that ./dev test runs; the numbers are left out."""
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "CTestTestfile.cmake").write_text("add_test(one true)\n", encoding="ascii")
            printed = subprocess.run(["ctest", "--test-dir", folder], capture_output=True, text=True,
                                     check=True).stdout
        suites = re.search(r"(?m) \|\| suites=\((.*)\)$", (ROOT / "dev").read_text(encoding="utf-8"))[1].split()
        [line] = [line for line in printed.splitlines() if line.startswith("100% tests passed")]
        shown = [line for line in self.block("$ ./dev test").splitlines() if line != "..."]
        self.assertEqual(shown, [re.sub(r"\d+$", "…", line)] * len(suites))


if __name__ == "__main__":
    unittest.main()
