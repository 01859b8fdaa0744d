"""A small client of the Kubernetes API over HTTP/1.1: keep-alive, JSON, list, watch. Standard library only.

One Client may be used from many threads: each thread has a connection of its own. Every request has a timeout.
"""

import base64
import http.client
import json
import os
import socket
import ssl
import threading
import urllib.parse

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"
STRATEGIC_PATCH = "application/strategic-merge-patch+json"

_PATHS = {
    "pods": "/api/v1/{ns}pods",
    "nodes": "/api/v1/nodes",
    "namespaces": "/api/v1/namespaces",
    "serviceaccounts": "/api/v1/{ns}serviceaccounts",
    "events": "/apis/events.k8s.io/v1/{ns}events",
    "leases": "/apis/coordination.k8s.io/v1/{ns}leases",
    "priorityclasses": "/apis/scheduling.k8s.io/v1/priorityclasses",
}


class ApiError(Exception):
    """The server answered with an error status."""

    def __init__(self, status, reason, message):
        super().__init__(f"{status} {reason}: {message}")
        self.status = status
        self.reason = reason
        self.message = message


def path_of(resource, namespace=None, name=None, sub=None):
    """The URL path of a resource, e.g. path_of("pods", "default", "p", "binding")."""
    ns = f"namespaces/{namespace}/" if namespace else ""
    path = _PATHS[resource].format(ns=ns)
    for part in (name, sub):
        if part:
            path += "/" + urllib.parse.quote(part)
    return path


class Client:
    """Requests to one server as one user (bearer token, client certificate, or neither)."""

    def __init__(self, server, ca_file=None, token=None, cert=None, key=None, timeout=30.0):
        url = urllib.parse.urlsplit(server)
        self._host, self._port = url.hostname, url.port
        self._timeout = timeout
        self._local = threading.local()
        self._headers = {"Accept": JSON, "User-Agent": "neuron-scheduler-tests"}
        if token:
            self._headers["Authorization"] = "Bearer " + token
        self._tls = None
        if url.scheme == "https":
            self._tls = ssl.create_default_context(cafile=ca_file)
            if cert:
                self._tls.load_cert_chain(cert, key)

    def _connect(self, timeout):
        if self._tls:
            return http.client.HTTPSConnection(
                self._host, self._port, timeout=timeout, context=self._tls)
        return http.client.HTTPConnection(self._host, self._port, timeout=timeout)

    def request(self, method, path, body=None, content_type=JSON, **query):
        """Sends one request (body: bytes are sent as they are, anything else as JSON); returns the decoded answer,
        raises ApiError for 4xx and 5xx and OSError (or http.client.HTTPException) if there was none. Sent again only
        if a kept connection turned out dead."""
        if query:
            path += "?" + urllib.parse.urlencode(query)
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        headers = dict(self._headers)
        if data is not None:
            headers["Content-Type"] = content_type
        connection = getattr(self._local, "connection", None)
        reused = connection is not None
        if not reused:
            connection = self._local.connection = self._connect(self._timeout)
        try:
            connection.request(method, path, data, headers)
            answer = connection.getresponse()
            text = answer.read()
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError, ssl.SSLEOFError):
            self.close()
            if not reused:
                raise
            return self.request(method, path, body, content_type)
        except BaseException:
            self.close()
            raise
        if answer.status >= 400:
            raise _error(answer.status, text)
        return json.loads(text) if text[:1] == b"{" else text.decode()

    def close(self):
        """Closes this thread's connection."""
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None

    def get(self, resource, name, namespace=None):
        return self.request("GET", path_of(resource, namespace, name))

    def list(self, resource, namespace=None, **query):
        """The items, and the list's resourceVersion."""
        answer = self.request("GET", path_of(resource, namespace), **query)
        return answer["items"], answer["metadata"]["resourceVersion"]

    def create(self, resource, body, namespace=None):
        return self.request("POST", path_of(resource, namespace), body)

    def delete(self, resource, name, namespace=None, uid=None):
        """Deletes at once (grace period 0): nothing here plays the kubelet."""
        options = {"apiVersion": "v1", "kind": "DeleteOptions", "gracePeriodSeconds": 0}
        if uid:
            options["preconditions"] = {"uid": uid}
        return self.request("DELETE", path_of(resource, namespace, name), options)

    def patch(self, resource, name, body, namespace=None, sub=None, content_type=MERGE_PATCH):
        return self.request("PATCH", path_of(resource, namespace, name, sub), body, content_type)

    def bind(self, pod, node, annotations=None):
        """Binds a pod object to a node name, as a scheduler does."""
        meta = pod["metadata"]
        binding = {
            "apiVersion": "v1",
            "kind": "Binding",
            "metadata": {"name": meta["name"], "namespace": meta["namespace"], "uid": meta["uid"]},
            "target": {"kind": "Node", "name": node},
        }
        if annotations:
            binding["metadata"]["annotations"] = annotations
        path = path_of("pods", meta["namespace"], meta["name"], "binding")
        return self.request("POST", path, binding)

    def watch(self, resource, resource_version, namespace=None, **query):
        """A Watch on a connection of its own, from resource_version on."""
        query.update(watch="1", resourceVersion=resource_version, allowWatchBookmarks="true")
        path = path_of(resource, namespace) + "?" + urllib.parse.urlencode(query)
        return Watch(self._connect(None), path, self._headers)


class Watch:
    """Iterates over (type, object). Ends when the server ends it or after stop(), which any thread may call."""

    def __init__(self, connection, path, headers):
        self._connection = connection
        self._stopped = False
        connection.request("GET", path, None, headers)
        self._answer = connection.getresponse()
        if self._answer.status >= 400:
            error = _error(self._answer.status, self._answer.read())
            connection.close()
            raise error

    def __iter__(self):
        try:
            while not self._stopped:
                line = self._answer.readline()
                if not line:
                    return
                event = json.loads(line)
                yield event["type"], event["object"]
        except (OSError, ValueError, http.client.HTTPException):
            if not self._stopped:
                raise

    def stop(self):
        self._stopped = True
        sock = self._connection.sock
        if sock is not None:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def _error(status, text):
    try:
        body = json.loads(text)
        return ApiError(status, body.get("reason", ""), body.get("message", ""))
    except (ValueError, AttributeError):
        return ApiError(status, "", text.decode(errors="replace")[:500])


def write_kubeconfig(path, server, *, ca_data=None, token=None, cert_data=None, key_data=None):
    """Writes a kubeconfig with one context, as kubectl and the scheduler read it. *_data are PEM bytes."""
    def encoded(data):
        return base64.b64encode(data).decode()

    lines = ["apiVersion: v1", "kind: Config", "current-context: test", "contexts:",
             "- name: test", "  context:", "    cluster: test", "    user: test",
             "clusters:", "- name: test", "  cluster:", f"    server: {server}"]
    if ca_data:
        lines.append(f"    certificate-authority-data: {encoded(ca_data)}")
    lines += ["users:", "- name: test"]
    user = []
    if token:
        user.append(f"    token: {token}")
    if cert_data:
        user.append(f"    client-certificate-data: {encoded(cert_data)}")
        user.append(f"    client-key-data: {encoded(key_data)}")
    lines += ["  user:"] + user if user else ["  user: {}"]
    with open(path, "w", encoding="utf-8", opener=_private) as file:
        file.write("\n".join(lines) + "\n")


def _private(path, flags):
    return os.open(path, flags, 0o600)
