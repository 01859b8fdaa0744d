"""What the scheduler's client and kubectl rely on, as named cases: each runs on the embedded API server and on a
real kube-apiserver, must hold on both, and what the two answered must agree field by field (design.md section 12).

One case: `python3 -B test/run_python.py test/contract RESULT.xml NAME`. CONTRACT_ONLY=real or =embedded leaves the
other server out (for writing cases).
"""

import concurrent.futures
import json
import os
import re
import shutil
import tempfile
import traceback
import unittest
from pathlib import Path

from cases import CASES
from support import servers
from support.normal import differences
from support.session import Session

SHOWN = 12  # Differences of one case that are printed.


class Fleet:
    """The servers, started when the first case wants one."""

    def __init__(self):
        self._folder = Path(tempfile.mkdtemp(prefix="neuron-contract-"))
        self._started = {}
        only = os.environ.get("CONTRACT_ONLY", "")
        self.binaries, self.why_not_real = servers.real_binaries()
        self._names = [name for name in ("embedded", "real")
                       if only in ("", name) and (name != "real" or self.binaries)]

    @property
    def kubectl(self):
        return self.binaries / "kubectl" if self.binaries else None

    def of(self, kind):
        """The servers of a kind, by name."""
        return {name: self._one(name, kind) for name in self._names}

    def _one(self, name, kind):
        if (name, kind) not in self._started:
            self._started[name, kind] = servers.Real(kind) if name == "real" else servers.Embedded(
                kind, self._folder / kind, self.kubectl)
        return self._started[name, kind]

    def stop(self):
        """Ends all of them; AssertionError if one did not end well."""
        errors = []
        for server in self._started.values():
            try:
                server.stop()
            except AssertionError as error:
                errors.append(str(error))
        shutil.rmtree(self._folder, ignore_errors=True)
        if errors:
            raise AssertionError("\n".join(errors))


fleet = None


def setUpModule():
    global fleet
    fleet = Fleet()
    unittest.addModuleCleanup(fleet.stop)


def run_case(case, server):
    """The session of the run, and what went wrong on this server as a text, or None."""
    session = Session(server, case.name)
    try:
        session.begin()
        case.run(session)
        return session, None
    except AssertionError as error:
        return session, f"on the {server.name} server: {error}"
    except Exception:  # A server that cuts a connection, say: one case fails, the others go on.
        return session, f"on the {server.name} server:\n{traceback.format_exc()}"
    finally:
        session.close()
        server.check_alive()


def disagreements(real, embedded):
    """Texts that say where two recordings of one case are not the same."""
    def permitted(label, path):
        return any(label == where and re.match(re.escape(what) + r"($|[.\[])", path)
                   for where, what, _ in real.permitted)

    texts = []
    for (label, wanted), (other, found) in zip(real.steps, embedded.steps):
        if label != other:
            texts.append(f"step {label!r} on the real server is {other!r} on the embedded one")
            break
        for path, value, instead in differences(wanted, found):
            if not permitted(label, path):
                texts.append(f"step {label}\n  {path}\n    real     {_shown(value)}\n    embedded {_shown(instead)}")
    if len(real.steps) != len(embedded.steps):
        texts.append(f"{len(real.steps)} steps on the real server, {len(embedded.steps)} on the embedded one")
    return texts


def _shown(value):
    text = "(nothing)" if value is ... else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 700 else text[:700] + " ..."


class Contract(unittest.TestCase):
    def test_a_real_server_is_compared_with(self):
        """Skipped where there is no real control plane: then the cases' own assertions alone are checked."""
        if fleet.why_not_real:
            self.skipTest(fleet.why_not_real)

    def hold(self, case):
        if case.kubectl and not fleet.kubectl:
            self.skipTest(f"no kubectl: {fleet.why_not_real}")
        found = fleet.of(case.server)
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            runs = dict(zip(found, pool.map(lambda server: run_case(case, server), found.values())))
        wrong = [error for _, error in runs.values() if error]
        if len(runs) == 2:
            texts = disagreements(runs["real"][0], runs["embedded"][0])
            wrong += texts[:SHOWN] + ([f"... and {len(texts) - SHOWN} more"] if len(texts) > SHOWN else [])
        if wrong:
            self.fail("\n" + "\n".join(wrong))


def _add(case):
    def test(self):
        self.hold(case)
    setattr(Contract, f"test_{case.area}_{case.name}", test)


for _case in CASES:
    _add(_case)
