"""A proxy in front of kube-apiserver that makes the network fail on demand.

It ends TLS with a certificate of its own (of the same authority) and opens a TLS connection to the server for each
connection of a client; the Authorization header goes through, so that a token works as before. Answers of every
length, watches too, are passed on byte by byte as they come.
"""

import re
import socket
import ssl
import threading
import time

_BIND = re.compile(r"/api/v1/namespaces/[^/]+/pods/([^/?]+)/binding(\?.*)?$")


def is_bind(method, path):
    return method == "POST" and _BIND.match(path) is not None


class Fault:
    """What happens to one request.

    action: "swallow" = delivered, its answer dropped, the connection cut; "hold" = delivered only after `seconds`,
    even if the client has gone by then; "cut" = not delivered, the connection cut; "delay" = delivered at once,
    answered after `seconds`. hit: set when the request has come. done: set when all has happened; status is then
    what the server answered (None if nothing).
    """

    def __init__(self, action, nth=1, seconds=0.0, match=is_bind):
        if action not in ("swallow", "hold", "cut", "delay"):
            raise ValueError(f"no such fault: {action}")
        self.action, self.seconds, self.match = action, seconds, match
        self.left = nth
        self.path = self.status = None
        self.hit, self.done = threading.Event(), threading.Event()

    @property
    def pod(self):
        """The name of the pod whose Binding was hit."""
        found = _BIND.match(self.path or "")
        return found.group(1) if found else None


class _Closed(Exception):
    """The other side closed the connection between two messages."""


class _Stream:
    """Buffered reading of HTTP/1.1 messages from a socket."""

    def __init__(self, sock):
        self.sock = sock
        self._buffer = b""

    def _fill(self):
        data = self.sock.recv(65536)
        if not data:
            raise _Closed
        self._buffer += data

    def until(self, mark):
        while mark not in self._buffer:
            self._fill()
        end = self._buffer.index(mark) + len(mark)
        data, self._buffer = self._buffer[:end], self._buffer[end:]
        return data

    def pieces(self, count):
        """The next count bytes, in pieces as they come."""
        while count:
            if not self._buffer:
                self._fill()
            piece, self._buffer = self._buffer[:count], self._buffer[count:]
            count -= len(piece)
            yield piece

    def body(self, headers):
        """The pieces of a message's body, framing included."""
        if "chunked" in headers.get("transfer-encoding", ""):
            while True:
                size = self.until(b"\r\n")
                count = int(size.split(b";")[0], 16)
                yield size
                if count == 0:
                    break
                yield from self.pieces(count + 2)
            yield self.until(b"\r\n")
        else:
            yield from self.pieces(int(headers.get("content-length", 0)))


def _parse(head):
    first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    return first.split(" ", 2), headers


class Proxy:
    """Listens on 127.0.0.1:port from start() to stop(). `requests` counts the requests that were passed on,
    `binds` holds (pod, status) of every answered Binding, in the order of the answers, `types` the Content-Types of
    POST requests by the last part of their path, and `expired` counts the watches that were told that their version is
    too old (410). latency: seconds that every piece of data waits, in either direction."""

    def __init__(self, upstream_port, ca, certificate, key, port=0):
        self._upstream = ("127.0.0.1", upstream_port)
        self._server_tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._server_tls.load_cert_chain(certificate, key)
        self._client_tls = ssl.create_default_context(cafile=ca)
        self._lock = threading.Lock()
        self._faults, self._open = [], set()
        self._running = True
        self._passing = threading.Event()
        self._passing.set()
        self._lost = set()
        self.latency = 0.0
        self.requests, self.binds, self.types, self.expired = 0, [], {}, 0
        self._listener = socket.create_server(("127.0.0.1", port), backlog=128)
        self.port = self._listener.getsockname()[1]
        self.server = f"https://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def add(self, fault):
        """Arms a fault for the nth matching request from now."""
        with self._lock:
            self._faults.append(fault)
        return fault

    def cut_all(self):
        """Cuts every connection that is open now, watches too."""
        with self._lock:
            socks = list(self._open)
        for sock in socks:
            _shut(sock)

    def silence(self):
        """From now on nothing passes in either direction. Connections stay open, and new ones are accepted."""
        self._passing.clear()

    def restore(self, lost=False):
        """The end of silence(): what was held back is delivered. lost: nothing ever passes again on connections
        that were open until now, and nobody tells their ends."""
        with self._lock:
            if lost:
                self._lost |= self._open
        self._passing.set()

    def stop(self):
        self._running = False
        self._passing.set()
        _shut(self._listener)
        self._listener.close()
        self.cut_all()

    def _accept(self):
        while self._running:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock):
        client = None
        upstream = []
        try:
            sock.settimeout(10)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            client = self._server_tls.wrap_socket(sock, server_side=True)
            client.settimeout(None)
            self._track(client)
            stream = _Stream(client)
            while self._running:
                head = stream.until(b"\r\n\r\n")
                self._exchange(stream, head, upstream)
        except (_Closed, OSError, ValueError):
            pass
        finally:
            for each in [client or sock, *(stream.sock for stream in upstream)]:
                self._drop(each)

    def _connect(self):
        sock = socket.create_connection(self._upstream, timeout=10)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        tls = self._client_tls.wrap_socket(sock, server_hostname="127.0.0.1")
        tls.settimeout(None)
        self._track(tls)
        return _Stream(tls)

    def _exchange(self, client, head, upstream):
        """One request and its answer. upstream: the kept connection to the server, as a list of none or one."""
        (method, path, _), headers = _parse(head)
        request = head + b"".join(client.body(headers))
        if method == "POST":
            what = path.partition("?")[0].rpartition("/")[2]
            with self._lock:
                self.types.setdefault(what, []).append(headers.get("content-type"))
        fault = self._take(method, path)
        if fault and fault.action == "cut":
            fault.done.set()
            raise _Closed
        self._wait_for_line(client)
        if fault and fault.action == "hold":
            time.sleep(fault.seconds)
        try:
            reused = bool(upstream)
            if not reused:
                upstream.append(self._connect())
            try:
                upstream[0].sock.sendall(request)
                answer = upstream[0].until(b"\r\n\r\n")
            except (OSError, _Closed):
                if not reused:
                    raise
                # The server had closed the kept connection.
                self._drop(upstream.pop().sock)
                upstream.append(self._connect())
                upstream[0].sock.sendall(request)
                answer = upstream[0].until(b"\r\n\r\n")
            self._answer(client, upstream[0], method, path, answer, fault)
        finally:
            if fault:
                fault.done.set()

    def _answer(self, client, upstream, method, path, head, fault):
        (_, status, *_), headers = _parse(head)
        with self._lock:
            self.requests += 1
            if is_bind(method, path):
                self.binds.append((_BIND.match(path).group(1), int(status)))
        if fault:
            fault.status = int(status)
            if fault.action == "swallow":
                b"".join(upstream.body(headers))
                raise _Closed
            if fault.action == "delay":
                time.sleep(fault.seconds)
        self._wait_for_line(client)
        client.sock.sendall(head)
        if method != "HEAD" and status not in ("204", "304"):
            for piece in upstream.body(headers):
                if b"too old resource version" in piece:  # In JSON and in protobuf.
                    self.expired += 1
                self._wait_for_line(client)
                client.sock.sendall(piece)
        if headers.get("connection", "").lower() == "close":
            raise _Closed

    def _wait_for_line(self, client):
        """Until data of this connection may pass."""
        if self.latency:
            time.sleep(self.latency)
        self._passing.wait()
        while client.sock in self._lost:
            if not self._running:
                raise _Closed
            time.sleep(0.1)

    def _take(self, method, path):
        with self._lock:
            for fault in self._faults:
                if fault.match(method, path):
                    fault.left -= 1
                    if fault.left == 0:
                        self._faults.remove(fault)
                        fault.path = path
                        fault.hit.set()
                        return fault
        return None

    def _track(self, sock):
        with self._lock:
            self._open.add(sock)

    def _drop(self, sock):
        with self._lock:
            self._open.discard(sock)
        _shut(sock)
        sock.close()


def _shut(sock):
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
