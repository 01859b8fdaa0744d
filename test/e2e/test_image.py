"""What deploy/image-root collects for the image runs alone, as the image's user, and is all that it needs. There is no
container engine on machines of tests: chroot stands in for one."""

import os
import re
import stat
import subprocess
import tempfile
import unittest
from pathlib import Path

from support import ROOT
from support.scheduler import binary

DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
USER = "65532"


class Dockerfile(unittest.TestCase):
    def test_its_packages_are_those_that_dev_installs(self):
        [text] = re.findall(r"apt-get install -y --no-install-recommends ([^&]*?)\nWORKDIR", DOCKERFILE, re.S)
        wanted = set(text.replace("\\", " ").split())
        [listed] = re.findall(r"^build_packages=\((.*?)\)", (ROOT / "dev").read_text(encoding="utf-8"), re.S | re.M)
        not_needed = {"ccache", "mold", "python3", "libgtest-dev", "libgmock-dev"}
        self.assertEqual(wanted, set(listed.split()) - not_needed)

    def test_what_runs_is_neither_root_nor_anything_else_than_the_collected_files(self):
        last_stage = DOCKERFILE[DOCKERFILE.rindex("FROM "):].splitlines()
        self.assertEqual(last_stage, ["FROM scratch", "COPY --from=build /image /", "ENV PATH=/usr/bin",
                                      f"USER {USER}:{USER}", 'ENTRYPOINT ["neuron-scheduler"]'])


class Image(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if binary() is None:
            raise unittest.SkipTest("neuron-scheduler is not built (./dev build)")
        if os.geteuid() != 0:
            raise unittest.SkipTest("chroot needs root")
        folder = tempfile.TemporaryDirectory(prefix="neuron-image-")
        cls.addClassCleanup(folder.cleanup)
        os.chmod(folder.name, 0o755)
        cls.root = Path(folder.name) / "image"
        subprocess.run([ROOT / "deploy" / "image-root", binary(), cls.root], check=True)

    def run_inside(self, *command, stdin=None):
        return subprocess.run(["chroot", f"--userspec={USER}:{USER}", self.root, *command], input=stdin, text=True,
                              capture_output=True, check=False)

    def test_the_loader_finds_every_library(self):
        done = self.run_inside("/usr/bin/neuron-scheduler", "--version")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        loader = next(self.root.glob("usr/lib/*/ld-linux-*"))
        listed = self.run_inside("/" + str(loader.relative_to(self.root)), "--list", "/usr/bin/neuron-scheduler")
        self.assertEqual(listed.returncode, 0, listed.stderr)
        self.assertNotIn("not found", listed.stdout)
        loaded = {Path(path).name for path in re.findall(r"(/\S+) \(0x", listed.stdout)}
        there = {path.name for path in self.root.glob("usr/lib*/**/*.so*")}
        self.assertEqual(loaded - there, set())
        # A file has its soname for a name, perhaps with more of the version.
        unused = {name for name in there if not any(name.startswith(each) for each in loaded)}
        self.assertEqual(unused, set())

    def test_it_decides_as_outside(self):
        objects = "\n---\n".join(path.read_text(encoding="utf-8")
                                 for path in sorted((ROOT / "examples").glob("*.yaml")))
        inside = self.run_inside("/usr/bin/neuron-scheduler", "simulate", "-f", "-", "-o", "json", stdin=objects)
        outside = subprocess.run([binary(), "simulate", "-f", "-", "-o", "json"], input=objects, text=True,
                                 capture_output=True, check=False)
        self.assertEqual(inside.returncode, 0, inside.stderr)
        self.assertEqual(inside.stdout, outside.stdout)
        self.assertIn('"nodeName":"trn1-32xlarge-0"', inside.stdout.replace(" ", ""))

    def test_nothing_in_it_can_be_changed_or_raises_rights(self):
        for path in self.root.rglob("*"):
            status = path.lstat()
            if stat.S_ISLNK(status.st_mode):
                continue
            self.assertEqual(status.st_uid, 0, path)
            self.assertEqual(status.st_mode & (stat.S_ISUID | stat.S_ISGID | stat.S_IWGRP | stat.S_IWOTH), 0, path)
        programs = {path.name for path in self.root.rglob("*") if path.is_file() and os.access(path, os.X_OK)
                    and ".so" not in path.name}
        self.assertEqual(programs, {"neuron-scheduler"})

    def test_its_packages_are_those_that_the_docs_name(self):
        packages = {path.name for path in (self.root / "var/lib/dpkg/status.d").iterdir()}
        text = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")
        [listed] = re.findall(r"these packages of Debian 12:\s+([^.]*(?:\.\d[^.]*)*)\.", text)
        self.assertEqual(packages, set(re.split(r"[,\s]+(?:and\s+)?", listed.strip())))
        for package in packages:
            self.assertIn("Version: ", (self.root / "var/lib/dpkg/status.d" / package).read_text(encoding="utf-8"))

    def test_it_has_all_licences(self):
        packages = {path.name for path in (self.root / "var/lib/dpkg/status.d").iterdir()}
        licensed = {path.parent.name for path in (self.root / "usr/share/doc").glob("*/copyright")}
        self.assertEqual(licensed - packages, {"neuron-scheduler", "libboost1.81-dev", "libcli11-dev"})
        self.assertEqual(packages - licensed, set())


if __name__ == "__main__":
    unittest.main()
