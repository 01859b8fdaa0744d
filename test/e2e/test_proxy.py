"""The fault proxy, in front of a small server of this test's own."""

import http.client
import http.server
import shutil
import ssl
import tempfile
import threading
import time
import unittest

from support import proxy

from pki import Pki  # from test/controlplane

BIND = "/api/v1/namespaces/default/pods/p/binding"


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.send_response(200)
        if self.path == "/watch":
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for line in self.server.lines:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(line), line))
                self.wfile.flush()
                self.server.go_on.wait(10)
            self.wfile.write(b"0\r\n\r\n")
            return
        body = self.headers.get("Authorization", "nobody").encode()
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((time.monotonic(), self.path, body))
        self.send_response(201)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    lines = (b"one\n", b"two\n")

    def handle_error(self, *_):
        """Clients leave in the middle of answers here."""


@unittest.skipUnless(shutil.which("openssl"), "no openssl on this machine")
class ProxyTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.pki = Pki(folder.name)
        cls.pair = cls.pki.serving("upstream", "IP:127.0.0.1")
        cls.own = cls.pki.serving("proxy", "IP:127.0.0.1")

    def setUp(self):
        self.server = _Server(("127.0.0.1", 0), _Handler)
        self.server.got, self.server.go_on = [], threading.Event()
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(*self.pair)
        self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.proxy = proxy.Proxy(self.server.server_port, str(self.pki.ca), *self.own)
        self.addCleanup(self.proxy.stop)

    def connect(self):
        tls = ssl.create_default_context(cafile=str(self.pki.ca))
        connection = http.client.HTTPSConnection("127.0.0.1", self.proxy.port, timeout=10, context=tls)
        self.addCleanup(connection.close)
        return connection

    def ask(self, connection, method="POST", path=BIND, body=b"{}", **headers):
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()

    def test_passes_on_over_a_kept_connection(self):
        connection = self.connect()
        self.assertEqual(self.ask(connection, "GET", "/", None, Authorization="Bearer t"), (200, b"Bearer t"))
        self.assertEqual(self.ask(connection, body=b"x" * 100000), (201, b"x" * 100000))
        self.assertEqual(self.proxy.binds, [("p", 201)])
        self.assertEqual(self.proxy.requests, 2)

    def test_streams_a_watch(self):
        connection = self.connect()
        connection.request("GET", "/watch")
        answer = connection.getresponse()
        self.assertEqual(answer.readline(), b"one\n")  # comes while the server still holds the answer open
        self.server.go_on.set()
        self.assertEqual(answer.read(), b"two\n")

    def test_swallows_the_second_bind(self):
        fault = self.proxy.add(proxy.Fault("swallow", nth=2))
        connection = self.connect()
        self.assertEqual(self.ask(connection)[0], 201)
        self.ask(connection, "GET", "/", None)
        with self.assertRaises((http.client.RemoteDisconnected, OSError)):
            self.ask(connection)
        self.assertTrue(fault.done.wait(5))
        self.assertEqual((fault.status, fault.pod, len(self.server.got)), (201, "p", 2))
        self.assertEqual(self.ask(self.connect())[0], 201)

    def test_holds_a_bind_even_if_the_client_leaves(self):
        fault = self.proxy.add(proxy.Fault("hold", seconds=0.5))
        connection = self.connect()
        begin = time.monotonic()
        connection.request("POST", BIND, b"{}")
        self.assertTrue(fault.hit.wait(5))
        connection.close()
        self.assertEqual(self.server.got, [])
        self.assertTrue(fault.done.wait(5))
        self.assertEqual(fault.status, 201)
        self.assertGreaterEqual(self.server.got[0][0] - begin, 0.5)

    def test_cuts_before_delivery(self):
        fault = self.proxy.add(proxy.Fault("cut", match=lambda method, path: path == "/x"))
        with self.assertRaises((http.client.RemoteDisconnected, OSError)):
            self.ask(self.connect(), path="/x")
        self.assertTrue(fault.done.is_set())
        self.assertEqual((fault.status, self.server.got), (None, []))

    def test_delays_an_answer(self):
        self.proxy.add(proxy.Fault("delay", seconds=0.3))
        begin = time.monotonic()
        self.assertEqual(self.ask(self.connect())[0], 201)
        self.assertGreaterEqual(time.monotonic() - begin, 0.3)
        self.assertLess(self.server.got[0][0] - begin, 0.3)

    def test_cuts_all(self):
        connection = self.connect()
        connection.request("GET", "/watch")
        answer = connection.getresponse()
        self.assertEqual(answer.readline(), b"one\n")
        self.proxy.cut_all()
        with self.assertRaises((http.client.HTTPException, OSError)):
            if answer.read() == b"":
                raise http.client.IncompleteRead(b"")

    def test_delays_everything(self):
        self.proxy.latency = 0.1
        begin = time.monotonic()
        self.assertEqual(self.ask(self.connect())[0], 201)
        self.assertGreaterEqual(time.monotonic() - begin, 0.3)  # request, header and body of the answer

    def test_passes_nothing_and_then_what_was_held(self):
        connection = self.connect()
        self.assertEqual(self.ask(connection)[0], 201)
        self.proxy.silence()
        connection.request("POST", BIND, b"{}")
        connection.sock.settimeout(0.3)
        with self.assertRaises(TimeoutError):
            connection.sock.recv(1)
        self.assertEqual(len(self.server.got), 1)
        self.proxy.restore()
        connection.sock.settimeout(10)
        self.assertEqual(connection.getresponse().status, 201)
        self.assertEqual(len(self.server.got), 2)

    def test_loses_connections_without_a_word(self):
        old = self.connect()
        self.assertEqual(self.ask(old)[0], 201)
        self.proxy.silence()
        self.proxy.restore(lost=True)
        old.request("POST", BIND, b"{}")
        old.sock.settimeout(0.3)
        with self.assertRaises(TimeoutError):
            old.sock.recv(1)
        self.assertEqual(len(self.server.got), 1)
        self.assertEqual(self.ask(self.connect())[0], 201)

    def test_counts_expired_watches(self):
        said = b"too old resource version: 1 (2)"
        self.server.lines = (
            b'{"type":"ERROR","object":{"message":"%s","code":410}}\n' % said,
            b"k8s\x00\x0a\x0c\x0a\x02v1\x12\x06Status\x12\x21\x1a\x1f" + said,
            b'{"type":"ERROR","object":{"message":"etcdserver: request timed out","code":500}}\n',
        )
        self.server.go_on.set()
        self.assertIn(b"500", self.ask(self.connect(), "GET", "/watch", None)[1])
        self.assertEqual(self.proxy.expired, 2)

    def test_refuses_an_unknown_fault(self):
        with self.assertRaises(ValueError):
            proxy.Fault("explode")


if __name__ == "__main__":
    unittest.main()
