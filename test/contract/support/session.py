"""One run of one case on one server: it makes the calls and records what was answered."""

import contextlib
import http.client
import json
import queue
import socket
import subprocess
import threading
import time
import urllib.parse

from .normal import Normal

JSON = "application/json"
MERGE = "application/merge-patch+json"
STRATEGIC = "application/strategic-merge-patch+json"
JSON_PATCH = "application/json-patch+json"
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
TIMEOUT = 20.0
# Reasons for which texts may differ.
GO_WORDS = "it ends with the words of a Go library"
GO_DIFF = "a real server shows a diff of its Go structs"


class Answer:
    """status, content type, headers (lower case), warnings, text, and body: the decoded JSON, else the text."""

    def __init__(self, status, headers, raw):
        self.status = status
        self.headers = {key.lower(): value for key, value in headers}
        self.type = self.headers.get("content-type", "")
        self.warnings = [value for key, value in headers if key.lower() == "warning"]
        self.text = raw.decode(errors="replace")
        try:
            self.body = json.loads(self.text)
        except ValueError:
            self.body = self.text

    def __getitem__(self, key):
        return self.body[key]

    @property
    def version(self):
        return self.body["metadata"]["resourceVersion"]


class Session:
    """Every call is recorded unless record=False. `differs` names fields of the recorded answer in which the two
    servers may differ, as {path: reason}; they are not compared."""

    def __init__(self, server, name):
        self.server = server
        self.ns = name.replace("_", "-")[:50].strip("-")
        self.steps = []  # (label, normal value)
        self.permitted = []  # (label, path, reason)
        self._normal = Normal(server.address)
        self._connection = None
        self._watches = []

    def another(self):
        """A second session on the same server and namespace, for another thread; nothing of it is compared."""
        made = Session(self.server, self.ns)
        made.ns = self.ns
        return contextlib.closing(made)

    # Paths

    def node_name(self, name):
        """A node's name that no other case has."""
        return f"{self.ns}-{name}"

    def path(self, resource, name=None, sub=None, namespace=None):
        """The URL path of one of our resources, in the case's own namespace."""
        ns = f"/namespaces/{namespace or self.ns}"
        path = {"pods": f"/api/v1{ns}/pods", "nodes": "/api/v1/nodes", "namespaces": "/api/v1/namespaces",
                "events": f"/apis/events.k8s.io/v1{ns}/events", "core events": f"/api/v1{ns}/events",
                "leases": f"/apis/coordination.k8s.io/v1{ns}/leases"}[resource]
        return "/".join([path, *(part for part in (name, sub) if part)])

    # Calls

    def begin(self):
        """Makes the case's namespace, which no other case has."""
        self.new("namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.ns}})

    def call(self, method, path, body=None, *, content_type=JSON, accept=JSON, headers=None, record=True,
             differs=None, chunks=None, **query):
        """Sends one request. body: bytes and str go as they are, all else as JSON; chunks: the body in pieces, with
        Transfer-Encoding: chunked."""
        target = path + ("?" + urllib.parse.urlencode(query) if query else "")
        data = body if body is None or isinstance(body, bytes) else (
            body if isinstance(body, str) else json.dumps(body)).encode()
        sent = {"User-Agent": "contract-tests", **({"Accept": accept} if accept is not None else {}),
                **({"Content-Type": content_type} if (data is not None or chunks) and content_type else {}),
                **(headers or {})}
        if chunks:
            self.hang_up()  # Such a body cannot be sent again, should a kept connection be dead.
        answer = self._exchange(method, target, iter(chunks) if chunks else data, sent, bool(chunks))
        self._learn_name(body, answer)
        if record:
            self._record(f"{method} {target}", self._shown(answer), differs)
        return answer

    def _exchange(self, method, target, data, headers, chunked, again=True):
        fresh = self._connection is None
        if fresh:
            self._connection = self.server.connect(TIMEOUT)
        try:
            try:
                self._connection.request(method, target, data, headers, encode_chunked=chunked)
            except (BrokenPipeError, ConnectionResetError):
                if not fresh and again:
                    raise
                # A server may answer a body that is too large before it has read it all.
            answer = self._connection.getresponse()
            made = Answer(answer.status, answer.getheaders(), answer.read())
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            self.hang_up()
            if fresh or not again or chunked:
                raise
            return self._exchange(method, target, data, headers, chunked, again=False)
        except BaseException:
            self.hang_up()
            raise
        if answer.will_close:
            self.hang_up()
        return made

    def hang_up(self):
        """Closes the kept connection; the next call opens a new one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @property
    def connected_socket(self):
        return self._connection.sock if self._connection else None

    def get(self, path, **more):
        return self.call("GET", path, **more)

    def post(self, path, body, **more):
        return self.call("POST", path, body, **more)

    def put(self, path, body, **more):
        return self.call("PUT", path, body, **more)

    def patch(self, path, body, content_type=MERGE, **more):
        return self.call("PATCH", path, body, content_type=content_type, **more)

    def delete(self, path, body=None, **more):
        return self.call("DELETE", path, body, **more)

    # What most cases begin with; recorded by those cases whose subject it is

    def new(self, resource, body, record=False):
        """Creates an object, which must succeed; returns it."""
        answer = self.post(self.path(resource), body, record=record)
        self.equal(answer.status, 201, f"creating {body['metadata']}: {answer.text[:300]}")
        return answer.body

    def new_pod(self, name, record=False, **changes):
        return self.new("pods", pod(name, **changes), record)

    def new_node(self, name, record=False, **changes):
        return self.new("nodes", node(self.node_name(name), **changes), record)

    def bind(self, name, node_name="anywhere", record=False, **metadata):
        answer = self.post(self.path("pods", name, "binding"), binding(name, node_name, **metadata), record=record)
        self.equal(answer.status, 201, f"binding {name}: {answer.text[:300]}")
        return answer

    # Watches

    def watch(self, path, accept=JSON, **query):
        """A Watch on a connection of its own; the answer's head is recorded, events as they are taken."""
        made = Watch(self, path, accept, {"watch": "1", **query})
        self._watches.append(made)
        return made

    # kubectl

    def kubectl(self, *arguments, stdin=None, record=True, namespaced=True, differs=None):
        """Runs kubectl in the case's namespace and records exit code and output; returns the finished process."""
        command = self._kubectl(namespaced) + list(arguments)
        done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False, timeout=60,
                              env=self.server.kubectl_environment())
        if record:
            self._record("kubectl " + " ".join(arguments), self._printed(done), differs)
        return done

    def kubectl_json(self, *arguments):
        """Runs kubectl ... -o json and records the object that it printed."""
        done = self.kubectl(*arguments, "-o", "json", record=False)
        self.equal(done.returncode, 0, f"kubectl {' '.join(arguments)}: {done.stderr}")
        value = json.loads(done.stdout)
        self._record("kubectl " + " ".join(arguments), self._normal.value(value), None)
        return value

    def kubectl_follow(self, *arguments, until):
        """Starts kubectl in the background; until(lines so far) says when it has printed enough. Returns a function
        that waits for that, ends it, and records its lines."""
        process = subprocess.Popen(self._kubectl(True) + list(arguments), stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL, text=True, env=self.server.kubectl_environment())
        lines = queue.Queue()
        reader = threading.Thread(target=lambda: [lines.put(line) for line in process.stdout], daemon=True)
        reader.start()
        seen = []

        def wait_for(enough):
            end = time.monotonic() + TIMEOUT
            while not enough(seen):
                try:
                    seen.append(lines.get(timeout=max(0.01, end - time.monotonic())).rstrip())
                except queue.Empty:
                    process.kill()
                    raise AssertionError(f"kubectl {' '.join(arguments)} printed only {seen}") from None

        def finish():
            try:
                wait_for(until)
            finally:
                process.kill()
                process.wait()
                reader.join(5)
                process.stdout.close()
            self._record("kubectl " + " ".join(arguments), self._normal.printed("\n".join(seen)), None)
            return seen

        finish.wait_for = wait_for
        return finish

    def _kubectl(self, namespaced):
        command = [str(self.server.kubectl_binary), "--kubeconfig", str(self.server.kubeconfig)]
        return command + (["--namespace", self.ns] if namespaced else [])

    def _printed(self, done):
        return {"exit code": done.returncode, "out": self._normal.printed(done.stdout),
                "error": self._normal.printed(done.stderr)}

    # Judging

    def equal(self, value, expected, what):
        if value != expected:
            raise AssertionError(f"{what}\n    is       {value!r}\n    expected {expected!r}")

    def check(self, condition, what):
        if not condition:
            raise AssertionError(what)

    def failed(self, answer, status, reason, message=None):
        """The answer is a Status of failure with this code and reason, and has `message` in its text."""
        self.equal(answer.status, status, f"the status of {answer.text[:400]}")
        self.equal((answer["kind"], answer["status"], answer["code"], answer.body.get("reason", "")),
                   ("Status", "Failure", status, reason), "kind, status, code and reason")
        if message:
            self.check(message in answer["message"], f"{message!r} is not in the message {answer['message']!r}")

    def note(self, label, value):
        """Records a value of the case's own."""
        self._record(label, self._normal.value(value), None)

    # Recording

    def _record(self, label, value, differs):
        label = f"{len(self.steps) + 1}. {self._normal.label(label)}"
        for path, reason in (differs or {}).items():
            self.permitted.append((label, path, reason))
        self.steps.append((label, value))

    def _shown(self, answer):
        body = answer.body
        shown = self._normal.value(body) if isinstance(body, (dict, list)) else self._normal.printed(body)
        value = {"status": answer.status, "content type": answer.type, "body": shown}
        if "retry-after" in answer.headers:
            value["retry after"] = answer.headers["retry-after"]
        if answer.warnings:
            value["warnings"] = [self._normal.printed(text) for text in answer.warnings]
        return value

    def _learn_name(self, body, answer):
        """An object whose name the server made up."""
        if not isinstance(body, dict) or not isinstance(answer.body, dict):
            return
        prefix = (body.get("metadata") or {}).get("generateName")
        made = answer.body if answer.body.get("kind") != "Status" else {"metadata": answer.body.get("details")}
        name = (made.get("metadata") or {}).get("name")
        if prefix and name and not body["metadata"].get("name"):
            self._normal.generated(name, prefix)

    def record_events(self, label, events):
        self._record(label, [{"type": kind, "object": self._normal.value(value)} for kind, value in events], None)

    def record_head(self, label, answer):
        self._record(label, self._shown(answer), None)

    def close(self):
        for watch in self._watches:
            watch.close()
        self.hang_up()


class Watch:
    """The events of one watch, as (type, object)."""

    def __init__(self, session, path, accept, query):
        self._session = session
        self._target = path + "?" + urllib.parse.urlencode(query)
        self._connection = session.server.connect(TIMEOUT)
        self._connection.request("GET", self._target, headers={"User-Agent": "contract-tests", "Accept": accept})
        self._answer = self._connection.getresponse()
        self.status = self._answer.status
        if self.status != 200:
            self.refusal = Answer(self.status, self._answer.getheaders(), self._answer.read())
            session.record_head(f"GET {self._target}", self.refusal)
            return
        session.record_head(f"GET {self._target}", Answer(200, self._answer.getheaders(), b"{}"))

    def _next(self):
        line = self._answer.readline()
        if not line:
            return None
        event = json.loads(line)
        if sorted(event) != ["object", "type"]:
            raise AssertionError(f"a watch event has the fields {sorted(event)}")
        return event["type"], event["object"]

    def take(self, count, record=True):
        """The next `count` events."""
        events = []
        while len(events) < count:
            try:
                event = self._next()
            except (TimeoutError, socket.timeout):
                event = None
            if event is None:
                shown = [(kind, (value.get("metadata") or {}).get("name")) for kind, value in events]
                raise AssertionError(f"{self._target}: only {len(events)} of {count} events came: {shown}")
            events.append(event)
        if record:
            self._session.record_events(f"events of {self._target}", events)
        return events

    def rest(self, record=True):
        """All events until the server ends the watch."""
        events = []
        while (event := self._next()) is not None:
            events.append(event)
        if record:
            self._session.record_events(f"the rest of {self._target}", events)
        return events

    def close(self):
        self._connection.close()


# Objects

def pod(name, *, labels=None, annotations=None, metadata=None, **spec):
    return {
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {**({"name": name} if name else {}), **({"labels": labels} if labels else {}),
                     **({"annotations": annotations} if annotations else {}), **(metadata or {})},
        "spec": {"containers": [{"name": "main", "image": "example.invalid/app:1"}], **spec},
    }


def node(name, *, labels=None, annotations=None, status=None, **spec):
    capacity = {"cpu": "8", "memory": "16Gi", "pods": "110", "aws.amazon.com/neuron": "1",
                "aws.amazon.com/neuroncore": "2"}
    ready = {"type": "Ready", "status": "True", "reason": "KubeletReady", "message": "ready",
             "lastHeartbeatTime": "2026-11-01T00:00:00Z", "lastTransitionTime": "2026-11-01T00:00:00Z"}
    return {
        "apiVersion": "v1", "kind": "Node",
        "metadata": {"name": name, "labels": {"kubernetes.io/hostname": name, **(labels or {})},
                     **({"annotations": annotations} if annotations else {})},
        "spec": spec,
        "status": {"capacity": capacity, "allocatable": capacity, "conditions": [ready],
                   "addresses": [{"type": "InternalIP", "address": "192.0.2.1"},
                                 {"type": "Hostname", "address": name}],
                   "nodeInfo": {"architecture": "amd64", "bootID": "", "containerRuntimeVersion": "containerd://2.1.0",
                                "kernelVersion": "6.12.0", "kubeProxyVersion": "", "kubeletVersion": "v1.37.2",
                                "machineID": "", "operatingSystem": "linux", "osImage": "Amazon Linux 2023",
                                "systemUUID": ""},
                   **(status or {})},
    }


def binding(name, node_name="anywhere", target=None, **metadata):
    return {"apiVersion": "v1", "kind": "Binding", "metadata": {"name": name, **metadata},
            "target": target or {"apiVersion": "v1", "kind": "Node", "name": node_name}}


def event(name, regarding, **changes):
    """An event as the scheduler writes it (cluster/client/request_bodies.cpp)."""
    return {"apiVersion": "events.k8s.io/v1", "kind": "Event", "metadata": {"name": name},
            "eventTime": "2026-11-01T00:00:00.123456Z", "reportingController": "neuron-scheduler",
            "reportingInstance": "neuron-scheduler-host", "action": "Binding", "reason": "Scheduled",
            "regarding": regarding, "note": "Successfully assigned", "type": "Normal", **changes}


def reference(made):
    """An object's reference, for events."""
    meta = made["metadata"]
    return {"apiVersion": "v1", "kind": made["kind"], "name": meta["name"], "uid": meta["uid"],
            **({"namespace": meta["namespace"]} if "namespace" in meta else {})}


def lease(name, **spec):
    return {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": name}, "spec": spec}
