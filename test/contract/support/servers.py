"""The two servers that the cases run against: the embedded one, and a real kube-apiserver."""

import http.client
import json
import os
import re
import ssl
import subprocess
import time
import urllib.parse
import urllib.request
from pathlib import Path

from . import ROOT

import controlplane  # from test/controlplane
from processes import Process

# What a kind means for each of the two.
KINDS = {
    "usual": {"embedded": [], "real": {}},
    # Without streamed lists, and able to forget its history.
    "plain": {"embedded": ["--no-streamed-lists", "--allow-faults"], "real": {"feature_gates": {"WatchList": False}}},
}


class _Server:
    """address (host:port), kubeconfig, kubectl_binary (None: there is none)."""

    kubectl_binary = None

    def kubectl_environment(self):
        return {**os.environ, "HOME": str(self.folder), "TZ": "UTC", "KUBECONFIG": str(self.kubeconfig),
                "KUBECTL_KUBERC": "false"}


class Real(_Server):
    name = "real"

    def __init__(self, kind):
        self._plane = controlplane.ControlPlane(audit="None", **KINDS[kind]["real"]).start()
        self.folder = self._plane.dir
        self.address = urllib.parse.urlsplit(self._plane.server).netloc
        self.kubeconfig = self._plane.admin_kubeconfig
        self.kubectl_binary = self._plane.bin / "kubectl"
        self._tls = ssl.create_default_context(cafile=str(self._plane.pki.ca))
        self._tls.load_cert_chain(*(str(path) for path in self._plane.pki.certificate("admin", "")))

    def connect(self, timeout):
        host, _, port = self.address.rpartition(":")
        return http.client.HTTPSConnection(host, int(port), timeout=timeout, context=self._tls)

    def forget_history(self):
        """etcd is compacted, and the watch cache begins anew with the API server."""
        version = self._plane.admin.list("namespaces")[1]
        self._plane.compact(int(version))
        self._plane.restart_apiserver()

    def check_alive(self):
        for name, process in self._plane.processes.items():
            if not process.running():
                raise AssertionError(f"{name} ended with code {process.exit_code()}:\n{process.last_lines(20)}")

    def stop(self):
        self._plane.stop()


class Embedded(_Server):
    name = "embedded"

    def __init__(self, kind, folder, kubectl_binary):
        if not binary().is_file():
            raise RuntimeError(f"{binary()} is not built (./dev build)")
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.kubectl_binary = kubectl_binary
        self.kubeconfig = self.folder / "kubeconfig"
        self._process = Process("demo-cluster", [
            binary(), "--no-kubelet", "--listen", "127.0.0.1:0", "--kubeconfig", self.kubeconfig,
            *KINDS[kind]["embedded"]], self.folder / "demo-cluster.log")
        try:
            self.address = self._wait_ready()
        except BaseException:
            self._process.kill()
            raise

    def _wait_ready(self, timeout=30):
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            self.check_alive()
            try:
                server = re.search(r"server: *\"?http://([^\s\"]+)", self.kubeconfig.read_text(encoding="utf-8"))
                if server:
                    with urllib.request.urlopen(f"http://{server[1]}/readyz", timeout=5) as answer:
                        if answer.status == 200:
                            return server[1]
            except OSError:
                pass
            time.sleep(0.02)
        raise RuntimeError(f"demo-cluster is not ready after {timeout} s:\n{self._process.last_lines()}")

    def connect(self, timeout):
        host, _, port = self.address.rpartition(":")
        return http.client.HTTPConnection(host, int(port), timeout=timeout)

    def forget_history(self):
        """A fault of the server: it forgets before it answers one request."""
        rule = [{"action": "compact", "pathPrefix": "/version", "count": 1}]
        url = f"http://{self.address}"
        for request in (urllib.request.Request(f"{url}/faults", json.dumps(rule).encode(),
                                               {"Content-Type": "application/json"}), f"{url}/version"):
            with urllib.request.urlopen(request, timeout=10) as answer:
                answer.read()

    def check_alive(self):
        if not self._process.running():
            raise AssertionError(f"demo-cluster ended with code {self._process.exit_code()}:\n"
                                 f"{self._process.last_lines(40)}")

    def stop(self):
        """Ends it as a user would; AssertionError unless it ends well."""
        self.check_alive()
        code = self._process.stop()
        if code != 0:
            raise AssertionError(f"demo-cluster ended with code {code} on SIGTERM:\n{self._process.last_lines(40)}")


def binary():
    """demo-cluster of the preset under test."""
    scheduler = Path(os.environ.get("NEURON_SCHEDULER_BINARY") or ROOT / "build" / "release" / "neuron-scheduler")
    return scheduler.with_name("demo-cluster")


def real_binaries():
    """The folder of the real binaries, or the reason why there are none."""
    try:
        return controlplane.binaries(), None
    except controlplane.Unavailable as reason:
        return None, str(reason)
