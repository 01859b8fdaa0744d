"""The table of field numbers (cluster/client/protobuf_schema.cpp) against a real server, without our own reader.

Objects that have every field of the table are fetched in JSON and in protobuf. What the table finds in the protobuf, by
a reader of the wire format of its own, is what JSON has under the table's names; and no row goes unseen.
"""

import dataclasses
import datetime
import itertools
import json
import re
import unittest
import urllib.parse

from support import ROOT
from support.cluster import ClusterTest
from support.pods import pod as a_pod
from support.proxy import Fault
from support.wait import wait_until

import api  # from test/controlplane

TABLE = ROOT / "cluster" / "client" / "protobuf_schema.cpp"
PROTOBUF = "application/vnd.kubernetes.protobuf"
MAGIC = b"k8s\0"
PODS = api.path_of("pods", "default")

# Paths of fields that no object of their kind has.
UNSEEN = {
    "Node.metadata.namespace": "nodes are in no namespace",
    "Namespace.metadata.namespace": "nor are namespaces",
    "Node.metadata.generation": "the server does not count the changes of nodes",
    "Namespace.metadata.generation": "nor those of namespaces",
}

OTHERS = "fields that the table does not have"
PRESENT = "present"


# The table

@dataclasses.dataclass(frozen=True)
class Row:
    number: int
    name: str
    type: str = "kText"
    shape: str = "kOne"
    schema: "Schema" = None


@dataclasses.dataclass(frozen=True)
class Schema:
    rows: tuple
    shows_others: bool = False


def read_table():
    """{kind: Schema}"""
    text = TABLE.read_text(encoding="utf-8")
    names = dict(re.findall(r'constexpr std::string_view (k\w+) = "(\w+)";', text))
    schemas = {}
    for fields, body, name, what in re.findall(
            r"constexpr std::array (k\w+) = \{\n(.*?)\n\};.*?constexpr Schema (k\w+) = ([^;]*);", text, re.DOTALL):
        shows_others = {f"of({fields})": False, f"{{{fields}, true}}": True}[what]
        rows = [_row(row, names, schemas) for row in re.findall(r"Field\{(.*)\},", body)]
        schemas[name] = Schema(tuple(rows), shows_others)
    kinds = {kind: schemas[name] for kind, name in re.findall(r'std::string_view\("(\w+)"\), &(k\w+)\}', text)}
    read = sum(len(schema.rows) for schema in schemas.values()), len(schemas), len(kinds)
    written = text.count(" Field{"), len(re.findall(r"Schema k\w+ =", text)), text.count("std::pair{")
    if read != written or min(read) == 0:
        raise AssertionError(f"of {written} rows, schemas and kinds of the table, {read} were understood")
    return kinds


def _row(text, names, schemas):
    number, name, *rest = text.split(", ")
    if rest[2:]:
        rest[2] = schemas[rest[2].removeprefix("&")]
    return Row(int(number), names.get(name) or name.strip('"'), *rest)


def paths_of(schema, at):
    """The paths of all rows below a place."""
    for row in schema.rows:
        path = at if row.type == "kInlined" else f"{at}.{row.name}"
        if row.schema:
            yield from paths_of(row.schema, path)
        else:
            yield path


def seen_in(value, schema, at):
    """The paths of the rows that have a value in a projected object."""
    for row in schema.rows:
        if row.type == "kInlined":
            yield from seen_in(value, row.schema, at)
            continue
        path, found = f"{at}.{row.name}", value.get(row.name)
        if not row.schema:
            yield from [path] if found else []
            continue
        for each in found or [] if row.shape == "kList" else [found or {}]:
            yield from seen_in(each, row.schema, path)


# Protobuf

def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def fields_of(message):
    """The numbers and values (an integer or bytes) of a message's fields, in their order."""
    at = 0
    while at < len(message):
        tag, at = varint(message, at)
        number, wire = divmod(tag, 8)
        if wire == 0:
            value, at = varint(message, at)
        else:
            if wire == 2:
                size, at = varint(message, at)
            else:
                size = {1: 8, 5: 4}[wire]
            value, at = message[at:at + size], at + size
            if at > len(message):
                raise AssertionError(f"the field {number} does not end")
        yield number, value


def opened(envelope):
    """(kind, message) of an object with its envelope."""
    if not envelope.startswith(MAGIC):
        raise AssertionError(f"no magic number: {envelope[:20]}")
    unknown = dict(fields_of(envelope[len(MAGIC):]))
    type_meta = dict(fields_of(unknown.pop(1)))
    message = unknown.pop(2)
    if any(unknown.values()):
        raise AssertionError(f"more in the envelope: {unknown}")
    return type_meta[2].decode(), message


def decoded(message, schema):
    """What the table finds. Raises if a field is of another wire type, if one that is no list is there twice, and if
    another comes between the values of a list."""
    found, last = {}, None
    rows = {row.number: row for row in schema.rows}
    for number, value in fields_of(message):
        row = rows.get(number)
        if row is None:
            if schema.shows_others:
                found[OTHERS] = found.get(OTHERS, 0) + 1
            continue
        if isinstance(value, int) != (row.type in ("kInteger", "kBoolean")):
            raise AssertionError(f"{row.name}: its wire type is not that of {row.type}")
        if row.name in found and (row.shape == "kOne" or row is not last):
            raise AssertionError(f"{row.name} is there twice")
        last = row
        if row.type == "kInlined":
            found.update(decoded(value, row.schema))
        elif row.shape == "kList":
            found.setdefault(row.name, []).append(_decoded_one(value, row))
        elif row.shape == "kMap":
            entry = dict(fields_of(value))
            found.setdefault(row.name, {})[entry[1].decode()] = _decoded_one(entry[2], row)
        else:
            found[row.name] = _decoded_one(value, row)
    return found


def _decoded_one(value, row):
    if row.type == "kMessage":
        return decoded(value, row.schema)
    if row.type == "kPresence":
        return PRESENT
    if row.type == "kBoolean":
        return bool(value)
    if row.type == "kInteger":
        return value - (1 << 64) if value >> 63 else value
    if row.type == "kQuantity":
        return dict(fields_of(value))[1].decode()
    if row.type == "kTime":
        fields = dict(fields_of(value))
        return fields and datetime.datetime.fromtimestamp(fields[1], datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value.decode()


# JSON

def projected(value, schema):
    """The same of a JSON object."""
    found = {}
    for row in schema.rows:
        if row.type == "kInlined":
            outside = {other.name for other in schema.rows}
            found |= projected({key: each for key, each in value.items() if key not in outside}, row.schema)
        elif (given := value.get(row.name)) is not None:
            found[row.name] = _projected_row(given, row)
    others = set(value) - {row.name for row in schema.rows}
    if schema.shows_others and others:
        found[OTHERS] = len(others)
    return found


def _projected_row(value, row):
    if row.shape == "kList":
        return [_projected_one(each, row) for each in _of_type(list, value, row)]
    if row.shape == "kMap":
        return {key: _projected_one(each, row) for key, each in _of_type(dict, value, row).items()}
    return _projected_one(value, row)


def _projected_one(value, row):
    _of_type({"kInteger": int, "kBoolean": bool, "kMessage": dict, "kPresence": dict}.get(row.type, str), value, row)
    if row.type == "kMessage":
        return projected(value, row.schema)
    return PRESENT if row.type == "kPresence" else value


def _of_type(expected, value, row):
    if type(value) is not expected:
        raise AssertionError(f"JSON has {value!r} for {row.name}, which is {row.type}, {row.shape} in the table")
    return value


def without_zeros(found, shown):
    """What was decoded, without what JSON (shown) leaves out: protobuf has everything that is no pointer."""
    if isinstance(found, dict) and isinstance(shown, dict):
        return {key: without_zeros(value, shown.get(key)) for key, value in found.items()
                if key in shown or not _is_zero(value)}
    if isinstance(found, list) and isinstance(shown, list):
        return [without_zeros(*pair) for pair in itertools.zip_longest(found, shown)]
    return found


def _is_zero(value):
    return all(map(_is_zero, value.values())) if isinstance(value, dict) else not value


# Objects that have every field, and some with what is empty or unknown to the table

def requirement(key, *values):
    return {"key": key, "operator": "In", "values": list(values)}


SELECTOR = {"matchLabels": {"app": "web", "tier": "front"},
            "matchExpressions": [requirement("track", "stable", "canary"), {"key": "old", "operator": "DoesNotExist"}]}
OTHER_SELECTOR = {"matchLabels": {"team": "b"}, "matchExpressions": [requirement("stage", "test")]}
NODE_TERM = {"matchExpressions": [requirement("zone", "a", "b"), requirement("kind", "c")],
             "matchFields": [requirement("metadata.name", "full")]}
POD_TERM = {"labelSelector": SELECTOR, "namespaces": ["one", "two"], "topologyKey": "zone",
            "namespaceSelector": OTHER_SELECTOR}
# An empty selector is not the same as none.
WIDE_POD_TERM = {"labelSelector": {}, "topologyKey": "rack", "namespaceSelector": {}}
AFFINITY = {
    "nodeAffinity": {
        "requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [NODE_TERM, NODE_TERM]},
        "preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 7, "preference": NODE_TERM}]},
    "podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [POD_TERM, WIDE_POD_TERM]},
    "podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [WIDE_POD_TERM, POD_TERM]},
}
VOLUMES = {
    "hostPath": {"path": "/x"}, "emptyDir": {}, "secret": {"secretName": "x"}, "nfs": {"server": "x", "path": "/"},
    "persistentVolumeClaim": {"claimName": "x"}, "configMap": {"name": "x"}, "csi": {"driver": "x.example.com"},
    "downwardAPI": {"items": [{"path": "x", "fieldRef": {"fieldPath": "metadata.name"}}]},
    "projected": {"sources": [{"configMap": {"name": "x"}}]},
    "ephemeral": {"volumeClaimTemplate": {"spec": {"accessModes": ["ReadWriteOnce"],
                                                   "resources": {"requests": {"storage": "1Gi"}}}}},
    "image": {"reference": "example.invalid/volume:1"},
}
UNKNOWN_VOLUMES = {"iscsi": {"targetPortal": "x", "iqn": "iqn.2026-11.com.example:x", "lun": 0},
                   "flexVolume": {"driver": "example.com/x"}}
REQUESTS = {"cpu": "250m", "memory": "64Mi", "aws.amazon.com/neuron": "1"}
RESOURCES = {"requests": REQUESTS, "limits": {"aws.amazon.com/neuron": "1"}}


def container(name, host_port, **more):
    port = {"containerPort": 80, "hostPort": host_port, "protocol": "UDP", "hostIP": "10.0.0.1"}
    return {"name": name, "image": f"example.invalid/{name}:1", "resources": RESOURCES, "ports": [port], **more}


def volumes(sources):
    return [{"name": name.lower(), name: source} for name, source in sources.items()]


def pod(name, metadata=None, **spec):
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, **(metadata or {})},
            "spec": {"schedulerName": "nobody", "containers": [{"name": "main", "image": "x"}], **spec}}


def full_pod():
    metadata = {"labels": {"app": "web", "empty": ""}, "annotations": {"text": 'ä\n"\\\t', "empty": ""},
                "finalizers": ["example.com/hold"]}
    return pod("full", metadata, nodeName="full", runtimeClassName="overhead", priorityClassName="below-zero",
               containers=[container("main", 8001), container("rules", 8002, restartPolicy="Always")],
               initContainers=[container("sidecar", 8003, restartPolicy="Always")],
               resources={"requests": {"cpu": "2", "memory": "1Gi"}},
               nodeSelector={"zone": "a", "empty": ""}, affinity=AFFINITY, volumes=volumes(VOLUMES),
               tolerations=[{"key": "a", "operator": "Equal", "value": "b", "effect": "NoSchedule"},
                            {"operator": "Exists"}],
               topologySpreadConstraints=[{"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule"}],
               resourceClaims=[{"name": "claim", "resourceClaimName": "x"}])


def full_status():
    def status_of(name):
        return {"name": name, "image": "x", "imageID": "x", "ready": True, "restartCount": 0, "started": True,
                "state": {"running": {}}, "allocatedResources": REQUESTS, "resources": RESOURCES}

    return {"phase": "Running", "allocatedResources": REQUESTS, "resources": RESOURCES,
            "conditions": [{"type": "Ready", "status": "False", "reason": "ItIsNot", "message": "not yet"},
                           {"type": "Odd", "status": "True"}],
            "containerStatuses": [status_of("main"), status_of("rules")],
            "initContainerStatuses": [status_of("sidecar")]}


def waiting_pod():
    """With gates, which a pod on a node has not."""
    return pod("waiting", schedulingGates=[{"name": "example.com/a"}, {"name": "example.com/b"}],
               volumes=volumes(UNKNOWN_VOLUMES), affinity={"podAffinity": {}})


def full_node():
    quantities = {"cpu": "8", "memory": "16374Mi", "pods": "110", "aws.amazon.com/neuron": "0"}
    return {"apiVersion": "v1", "kind": "Node",
            "metadata": {"name": "full", "labels": {"zone": "a"}, "annotations": {"text": "b"},
                         "finalizers": ["example.com/hold"]},
            "spec": {"unschedulable": True, "taints": [{"key": "a", "value": "b", "effect": "NoExecute"},
                                                       {"key": "c", "effect": "NoSchedule"}]},
            "status": {"capacity": quantities, "allocatable": {**quantities, "cpu": "7910m"},
                       "conditions": [{"type": "Ready", "status": "Unknown", "reason": "NodeStatusUnknown"}],
                       "images": [{"names": ["example.invalid/a:1", "example.invalid/a:2"], "sizeBytes": 5 << 33}]}}


def full_namespace():
    return {"apiVersion": "v1", "kind": "Namespace",
            "metadata": {"name": "full", "labels": {"team": "a"}, "annotations": {"text": "b"}}}


SURROUNDINGS = {
    "/apis/scheduling.k8s.io/v1/priorityclasses": {
        "apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": "below-zero"}, "value": -5},
    "/apis/node.k8s.io/v1/runtimeclasses": {
        "apiVersion": "node.k8s.io/v1", "kind": "RuntimeClass", "metadata": {"name": "overhead"}, "handler": "x",
        "overhead": {"podFixed": {"cpu": "100m", "memory": "50Mi"}}},
    # Nobody has counted for it yet, so whoever evicts a pod is told to come back later.
    "/apis/policy/v1/namespaces/default/poddisruptionbudgets": {
        "apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "budget"},
        "spec": {"minAvailable": 1, "selector": {"matchLabels": {"app": "kept"}}}},
}


class Table(ClusterTest):
    with_rights = False
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for path, body in SURROUNDINGS.items():
            cls.client.request("POST", path, body)
        cls.version = cls.client.list("pods", "default")[1]
        cls.client.create("nodes", full_node())
        cls.client.create("namespaces", full_namespace())
        cls.client.create("pods", full_pod(), "default")
        cls.client.create("pods", waiting_pod(), "default")
        cls.client.create("pods", pod("kept", {"labels": {"app": "kept"}}), "default")
        for name, status in (("full", full_status()), ("kept", {"phase": "Running"})):
            cls.client.patch("pods", name, {"status": status}, "default", "status")
        cls.delete_what_stays()

    @classmethod
    def delete_what_stays(cls):
        """For their times of deletion: finalizers, and for want of a controller the namespace's own, hold them."""
        cls.client.delete("pods", "full", "default")
        cls.client.delete("nodes", "full")
        cls.client.delete("namespaces", "full")
        for resource, namespace in (("pods", "default"), ("nodes", None)):
            cls.addClassCleanup(cls.client.patch, resource, "full", {"metadata": {"finalizers": None}}, namespace)

    def setUp(self):
        """The objects stay from test to test."""

    # Asking

    def answer(self, accept, method, path, body=None, **query):
        connection = self.client._connect(30)
        self.addCleanup(connection.close)
        headers = {**self.client._headers, "Accept": accept, "Content-Type": api.JSON}
        data = body and json.dumps(body).encode()
        connection.request(method, path + "?" + urllib.parse.urlencode(query), data, headers)
        answer = connection.getresponse()
        self.assertIn(accept, answer.headers["Content-Type"])
        return answer

    def ask(self, method, path, body=None, **query):
        """The kind of an answer, as protobuf, and as JSON."""
        kind, message = opened(self.answer(PROTOBUF, method, path, body, **query).read())
        return kind, message, json.loads(self.answer(api.JSON, method, path, body, **query).read())

    def objects(self):
        """(kind, protobuf, JSON) of all that the table has a kind for."""
        found = [self.ask("GET", api.path_of(*where)) for where in (
            ("pods", "default", "full"), ("pods", "default", "waiting"), ("pods", "default", "kept"),
            ("nodes", None, "full"), ("namespaces", None, "full"), ("namespaces", None, "default"))]
        found += [self.ask("POST", PODS, pod("bad", containers=[{"name": "No"}])),
                  self.ask("POST", api.path_of("pods", "default", "kept", "eviction"),
                           {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": "kept"}}),
                  self.ask("GET", api.path_of("pods", "default", "gone"))]
        return found + self.objects_of_list()

    def objects_of_list(self):
        version = self.client.list("pods")[1]
        kind, message, shown = self.ask("GET", PODS, limit=2, resourceVersion=version, resourceVersionMatch="Exact")
        self.assertEqual((kind, shown["kind"]), ("PodList", "PodList"))
        fields = list(fields_of(message))
        self.assertEqual([number for number, _ in fields], [1, 2, 2])
        return [("ListMeta", fields[0][1], shown["metadata"])] + [
            ("Pod", item, each) for (_, item), each in zip(fields[1:], shown["items"])]

    # Comparing

    def compare(self, table, kind, message, shown):
        """By the table, both representations of an object are the same."""
        self.assertEqual(shown.get("kind", kind), kind)
        in_json = projected(shown, table[kind])
        self.assertEqual(without_zeros(decoded(message, table[kind]), in_json), in_json)

    def test_every_row(self):
        table, seen = read_table(), set()
        for kind, message, shown in self.objects():
            with self.subTest(kind=kind, name=shown.get("metadata", shown).get("name")):
                seen |= set(seen_in(projected(shown, table[kind]), table[kind], kind))
                self.compare(table, kind, message, shown)
        rows = {path for kind, schema in table.items() for path in paths_of(schema, kind)}
        self.assertEqual(sorted(rows - seen), sorted(UNSEEN))

    def test_what_is_not_in_the_table(self):
        """Volumes that the table does not know are counted; protobuf has each of them under a number of its own."""
        table = read_table()
        _, message, _ = self.ask("GET", api.path_of("pods", "default", "waiting"))
        found = decoded(message, table["Pod"])["spec"]["volumes"]
        self.assertEqual([volume.get(OTHERS) for volume in found], [1] * len(UNKNOWN_VOLUMES))

    # Watches

    def events(self, path, count, **query):
        """The first events of a watch: [(type, kind, protobuf, JSON)]."""
        query = {"watch": 1, "timeoutSeconds": 10, "allowWatchBookmarks": "true", **query}
        in_protobuf, in_json = (self.answer(accept, "GET", path, **query) for accept in (PROTOBUF, api.JSON))
        found = []
        for _ in range(count):
            size = int.from_bytes(in_protobuf.read(4), "big")
            event = dict(fields_of(in_protobuf.read(size)))
            line = json.loads(in_json.readline())
            kind = event[1].decode()
            self.assertEqual(kind, line["type"])
            found.append((kind, *opened(dict(fields_of(event[2]))[1]), line["object"]))
        return found

    def test_watch(self):
        table = read_table()
        found = self.events(PODS, 6, resourceVersion=self.version)
        self.assertEqual([kind for kind, *_ in found], ["ADDED"] * 3 + ["MODIFIED"] * 3)
        for _, *what in found:
            self.compare(table, *what)

    def test_bookmark(self):
        [*_, (kind, *what)] = self.events(PODS, 4, sendInitialEvents="true", resourceVersionMatch="NotOlderThan")
        self.assertEqual(kind, "BOOKMARK")
        _, message, shown = what
        table = read_table()
        version = decoded(message, table["Pod"])["metadata"]["resourceVersion"]
        self.assertGreaterEqual(int(version), int(self.version))
        shown["metadata"]["resourceVersion"] = version  # Anything may be written between the two watches.
        self.compare(table, *what)

    def test_error_of_a_watch(self):
        """Of Events: the server has no cache of them, so it sees at once what etcd forgets."""
        self.plane.compact(self.version)
        [(kind, *what)] = self.events("/api/v1/namespaces/default/events", 1, resourceVersion=1)
        self.assertEqual((kind, what[-1]["code"]), ("ERROR", 410))
        self.compare(read_table(), *what)


class Created(ClusterTest):
    """What the scheduler creates is the same whether it is sent in JSON, as at first, or in protobuf, as soon as the
    server has answered in it."""

    OWN = ("uid", "resourceVersion", "creationTimestamp")  # Of each object; and times.

    def setUp(self):
        super().setUp()
        self.plane.make_nodes("inf2.24xlarge", 1)  # six devices of two cores
        self.through, self.proxied = self.proxy()

    def without_own(self, value, name):
        """Without what is a pod's own: its name is POD, and an annotation's numbers are #."""
        if isinstance(value, dict):
            return {key: {each: re.sub(r"\d+", "#", text) for each, text in found.items()} if key == "annotations"
                    else self.without_own(found, name) for key, found in value.items()
                    if key not in self.OWN and not key.lower().endswith("time")}
        if isinstance(value, list):
            return [self.without_own(each, name) for each in value]
        return value.replace(name, "POD") if isinstance(value, str) else value

    def bound(self, name):
        self.create(a_pod(name, cores=1))
        [made] = self.wait_bound(name)
        [event] = wait_until(lambda: self.events(name, "Scheduled"), 10, f"the event of {name}")
        age = datetime.datetime.now(datetime.UTC) - datetime.datetime.fromisoformat(event["eventTime"])
        self.assertLess(abs(age), datetime.timedelta(minutes=1))
        self.assertRegex(event["metadata"].pop("name"), rf"^{name}\.[0-9a-f]+$")
        return self.without_own(made, name), self.without_own(event, name)

    def test_the_same_in_both(self):
        self.scheduler(kubeconfig=self.proxied)
        # The event of the second is still in JSON where the watch is faster than the answer to its Binding.
        in_json, _, in_protobuf = [self.bound(name) for name in ("first", "second", "third")]
        self.assertEqual(in_protobuf, in_json)
        self.assertIn("AWS_NEURON_IDS", in_json[0]["metadata"]["annotations"])
        self.assertEqual(self.through.types["binding"], [api.JSON, PROTOBUF, PROTOBUF])
        events = self.through.types["events"]
        self.assertEqual((len(events), events[0], events[-1]), (3, api.JSON, PROTOBUF))
        self.assert_content()

    def test_json_alone(self):
        """As the configuration may say."""
        config = self.plane.dir / "json.yaml"
        config.write_text("apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n"
                          f"clientConnection: {{contentType: {api.JSON}}}\n", encoding="utf-8")
        self.scheduler("--config", config, kubeconfig=self.proxied)
        for name in ("first", "second"):
            self.bound(name)
        self.assertEqual(self.through.types, {"binding": [api.JSON] * 2, "events": [api.JSON] * 2})

    def test_what_is_refused_is_understood(self):
        """A Binding in protobuf for a pod that is gone by then, and one that is bound after it."""
        self.scheduler(kubeconfig=self.proxied)
        self.bound("first")
        hold = Fault("hold", seconds=3)
        self.through.add(hold)
        [second] = self.create(a_pod("second", cores=1))
        self.assertTrue(hold.hit.wait(10))
        self.delete(second)
        self.assertTrue(hold.done.wait(10))
        self.assertEqual(hold.status, 404)
        self.bound("third")
        self.assertEqual(self.through.types["binding"][1:], [PROTOBUF] * 2)
        self.assert_content()


if __name__ == "__main__":
    unittest.main()
