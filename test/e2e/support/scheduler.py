"""The scheduler under test, as a process."""

import json
import os
import signal
import urllib.error
import urllib.request
from pathlib import Path

from . import ROOT
from .wait import wait_until

from processes import Process, free_ports  # from test/controlplane


def binary():
    """The binary under test; None if it has not been built."""
    path = Path(os.environ.get("NEURON_SCHEDULER_BINARY") or ROOT / "build" / "release" / "neuron-scheduler")
    return path if path.is_file() else None


class Scheduler:
    """One run after another of neuron-scheduler, all with the same arguments and one log file. Without leader
    election unless an argument says otherwise."""

    def __init__(self, kubeconfig, log, *arguments, verbosity=2):
        self.port = free_ports(1)[0]
        self.log = Path(log)
        if not any(argument.startswith("--leader-elect") for argument in arguments):
            arguments = ("--leader-elect=false", *arguments)
        self._command = [binary(), "--kubeconfig", kubeconfig, "--http-address", f"127.0.0.1:{self.port}",
                         "-v", str(verbosity), *arguments]
        self.process = None
        self.may_end = False

    def start(self, ready=True):
        """may_end then says whether an end of the process is what the test wants."""
        self.may_end = False
        self.process = Process("neuron-scheduler", self._command, self.log)
        if ready:
            self.wait_ready()
        return self

    def get(self, path):
        """(status, text) of its HTTP endpoint; (0, "") if it does not answer."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(errors="replace")
        except OSError:
            return 0, ""

    def wait_ready(self, timeout=30):
        def ready():
            code = self.process.exit_code()
            if code is not None:
                raise AssertionError(f"the scheduler ended with code {code}:\n{self.process.last_lines()}")
            return self.get("/readyz")[0] == 200
        wait_until(ready, timeout, "the scheduler to be ready")

    def metric(self, name, **labels):
        """The sum of a metric's samples with these labels."""
        total = 0.0
        for line in self.get("/metrics")[1].splitlines():
            sample, _, value = line.rpartition(" ")
            if sample.partition("{")[0] == name and all(f'{key}={json.dumps(value_)}' in sample
                                                        for key, value_ in labels.items()):
                total += float(value)
        return total

    def kill(self):
        """SIGKILL."""
        self.may_end = True
        self.process.kill()

    def terminate(self, timeout=20):
        """SIGTERM; the exit code. Fails if it does not end by itself."""
        self.may_end = True
        self.process.send(signal.SIGTERM)
        return self.process.wait(timeout)

    def close(self):
        """Ends it; AssertionError if it had ended by itself (a crash, a sanitizer's finding)."""
        if self.process is None:
            return
        code = self.process.exit_code()
        if code is None:
            self.process.kill()
        elif not self.may_end:
            raise AssertionError(f"the scheduler ended by itself, code {code}:\n{self.process.last_lines(40)}")

    def text(self):
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""
