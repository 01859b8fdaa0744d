"""Server processes of tests: started with a log file, ended by process id, never left behind."""

import atexit
import os
import random
import shutil
import signal
import socket
import subprocess
import threading
import time
import weakref
from pathlib import Path

_live = weakref.WeakSet()


def free_ports(count):
    """Loopback ports that are free now. They lie below the kernel's range for outgoing connections, so that no
    client can take a server's port while that server is being restarted."""
    ports = []
    held = []
    try:
        while len(ports) < count:
            sock = socket.socket()
            port = random.randrange(20000, 32000)
            try:
                sock.bind(("127.0.0.1", port))
            except OSError:
                sock.close()
                continue
            held.append(sock)
            ports.append(port)
    finally:
        for sock in held:
            sock.close()
    return ports


def start_time(pid):
    """When the process started, in clock ticks since boot; None if there is none or it has ended (zombie)."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    fields = text[text.rindex(")") + 2:].split()
    return None if fields[0] in "ZX" else int(fields[19])


class Process:
    """One child process. Unless detached, it dies with this Python process, however that one ends."""

    def __init__(self, name, command, log, *, detached=False, env=None):
        self.name = name
        self.log = Path(log)
        command = [str(part) for part in command]
        # The signal comes when the *thread* that started the child ends: only the main thread may ask for it.
        bound = not detached and threading.current_thread() is threading.main_thread()
        if bound and shutil.which("setpriv"):
            command = ["setpriv", "--pdeathsig", "KILL", *command]
        with open(self.log, "ab") as out:
            self._popen = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                           env=env, start_new_session=True)
        self.pid = self._popen.pid
        if not detached:
            _live.add(self)

    def running(self):
        return self._popen.poll() is None

    def exit_code(self):
        """None while it runs; -N if signal N ended it."""
        return self._popen.poll()

    def send(self, number):
        if self.running():
            self._popen.send_signal(number)

    def wait(self, timeout):
        """The exit code; raises subprocess.TimeoutExpired."""
        return self._popen.wait(timeout)

    def kill(self):
        """SIGKILL, and waits until it is gone."""
        self.send(signal.SIGKILL)
        return self._popen.wait(30)

    def stop(self, timeout=10.0):
        """SIGTERM; SIGKILL if it is still there after timeout seconds."""
        self.send(signal.SIGTERM)
        try:
            return self._popen.wait(timeout)
        except subprocess.TimeoutExpired:
            return self.kill()

    def last_lines(self, count=5):
        try:
            lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return ""
        return "\n".join(lines[-count:])


def kill_recorded(pid, started, timeout=10.0):
    """SIGKILL for a process of an earlier run, if the process with this id is still the one that was recorded.
    Says whether it is gone."""
    deadline = time.monotonic() + timeout
    while started is not None and start_time(pid) == started:
        if time.monotonic() > deadline:
            return False
        os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)
    return True


@atexit.register
def _stop_all():
    for process in list(_live):
        if process.running():
            process.kill()
