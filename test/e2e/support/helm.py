"""helm, built from its Go module, and the chart."""

import os
import subprocess
import tempfile
import unittest

from . import ROOT

import controlplane  # from test/controlplane

CHART = ROOT / "deploy" / "charts" / "neuron-scheduler"
RELEASE, NAMESPACE = "neuron-scheduler", "kube-system"
MONITORING = ("monitoring.coreos.com/v1/ServiceMonitor", "monitoring.coreos.com/v1/PrometheusRule")


class Helm:
    """Runs helm; its files are in a folder that goes with the test class."""

    def __init__(self, test_class, kubeconfig=None):
        try:
            self._binary = controlplane.binaries("helm") / "helm"
        except controlplane.Unavailable as reason:
            raise unittest.SkipTest(str(reason)) from None
        folder = tempfile.TemporaryDirectory(prefix="neuron-helm-")
        test_class.addClassCleanup(folder.cleanup)
        self.folder = folder.name
        # Nothing of the user's own: repositories, plugins, another cluster.
        self._environment = {"HOME": folder.name, "PATH": os.environ["PATH"], "KUBECONFIG": str(kubeconfig or "")}

    def run(self, *args):
        """The ended process, its output as text."""
        return subprocess.run([str(self._binary), *args], capture_output=True, text=True, check=False, timeout=120,
                              env=self._environment)

    def __call__(self, *args):
        """Standard output; AssertionError if it fails."""
        done = self.run(*args)
        if done.returncode != 0:
            raise AssertionError(f"helm {' '.join(args)} failed: {done.stderr.strip()}")
        return done.stdout

    def template(self, *args, monitoring=False):
        """The manifests as helm renders them without a cluster."""
        apis = [f"--api-versions={api}" for api in MONITORING if monitoring]
        return self("template", RELEASE, str(CHART), "--namespace", NAMESPACE, *apis, *args)
