"""CPU time and memory of processes, what the audit log says of times, tables, and the rounds of a benchmark."""

import dataclasses
import datetime
import json
import os
import statistics
import sys
import time
from pathlib import Path

from controlplane import Unavailable  # from test/controlplane

_TICK = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid):
    """User and system time of a process, its ended children included."""
    text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    fields = text[text.rindex(")") + 2:].split()
    return sum(int(value) for value in fields[11:15]) / _TICK


def _status_mib(pid, key):
    for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith(key + ":"):
            return int(line.split()[1]) / 1024
    return 0.0


def resident_mib(pid):
    return _status_mib(pid, "VmRSS")


def peak_mib(pid):
    return _status_mib(pid, "VmHWM")


@dataclasses.dataclass(frozen=True)
class Write:
    """One accepted request. what: "create pods", "create pods/binding", "patch pods/status", "delete pods",
    "create events", "patch events"; name: of the pod, "" for events."""
    what: str
    name: str
    time: float


class Writes:
    """Reads the accepted writes of a ControlPlane(audit="writes") out of its audit log as that grows."""

    def __init__(self, plane):
        self._path, self._at, self._rest = plane.dir / "audit.log", plane.audit_mark(), b""
        self.all = []

    def read(self):
        """The new ones."""
        if not self._path.exists():
            return []
        with open(self._path, "rb") as log:
            log.seek(self._at)
            data = log.read()
        self._at += len(data)
        *lines, self._rest = (self._rest + data).split(b"\n")
        new = [write for write in map(_write, lines) if write]
        self.all += new
        return new

    def times(self, what):
        """{name: time} of the pods' writes of a kind so far."""
        return {write.name: write.time for write in self.all if write.what == what}

    def wait_quiet(self, seconds, timeout, what):
        """Reads until there was nothing new for some seconds."""
        last = [time.monotonic()]

        def quiet():
            if self.read():
                last[0] = time.monotonic()
            return time.monotonic() - last[0] > seconds

        self.wait(quiet, timeout, what, every=0.2)

    def wait(self, condition, timeout, what, every=0.02):
        """Reads until condition() is true; RuntimeError after timeout seconds."""
        end = time.monotonic() + timeout
        while True:
            self.read()
            if condition():
                return
            if time.monotonic() > end:
                raise RuntimeError(f"waited {timeout} s in vain for {what}")
            time.sleep(every)


def _write(line):
    event = json.loads(line)
    if event["responseStatus"]["code"] not in (200, 201):
        return None
    thing = event["objectRef"]
    sub = "/" + thing["subresource"] if thing.get("subresource") else ""
    return Write(f"{event['verb']} {thing['resource']}{sub}", thing.get("name", ""),
                 datetime.datetime.fromisoformat(event["stageTimestamp"]).timestamp())


# Showing

class Table:
    """Rows of one benchmark: printed as they come, medians at the end."""

    def __init__(self, label_width=26):
        self._label_width = label_width
        self._widths = []
        self.rows = {}

    def add(self, name, number, row):
        """row: {title: figure}, the same titles each time."""
        if not self._widths:
            self._widths = [max(len(title), 7) + 2 for title in row]
            print(" " * self._label_width + "".join(f"{title:>{width}}" for title, width in zip(row, self._widths)))
        self.rows.setdefault(name, []).append(row)
        self._show(f"{number}  {name}", row)

    def median(self, name, title):
        return statistics.median(row[title] for row in self.rows[name])

    def medians(self):
        for name, rows in self.rows.items():
            self._show(f"median  {name}", {title: self.median(name, title) for title in rows[0]})

    def _show(self, label, row):
        print(f"{label:{self._label_width}}" + "".join(
            f"{value:>{width}.{0 if value >= 100 else 2}f}" for value, width in zip(row.values(), self._widths)),
            flush=True)


def alternate(names, rounds):
    """(round, name): all names in each round, each round begins with another."""
    for number in range(rounds):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            yield number + 1, name


def finish(bench, main):
    """Ends the program with main()'s code; one line of reason instead of a trace, 77 without a control plane."""
    try:
        sys.exit(main())
    except Unavailable as reason:
        print(reason, file=sys.stderr)
        sys.exit(77)
    except (AssertionError, RuntimeError) as error:
        print(f"bench {bench}: {error}", file=sys.stderr)
        sys.exit(1)
