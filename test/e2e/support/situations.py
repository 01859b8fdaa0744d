"""Situations in which a pod has no place, each with what kube-scheduler 1.37.2 says about it when DefaultPreemption
and DynamicResources are off."""

import dataclasses

from .pods import container, pod

import nodes as node_objects  # from test/controlplane

# What is wrong with the pod itself, so that no node is looked at.
_WITHOUT_COUNT = ("pod affinity terms conflict",)

GPU = "example.com/gpu"
WEB = {"app": "web"}
OTHER_NAMESPACE = "other"  # has the label team=blue
RUNTIME_CLASS = "heavy"  # a RuntimeClass with this overhead
OVERHEAD = {"cpu": "500m", "memory": "64Mi"}


@dataclasses.dataclass(frozen=True)
class Situation:
    """nodes and the pods on them; the spec (and `labels`) of the pod that waits; what is wrong, as the condition's
    message has it after the number of nodes, or all of it if there is no such number. note: the event's, where it
    is not the message ("": there is none)."""
    name: str
    nodes: list
    why: str
    pod: dict
    bound: tuple = ()
    note: str = None
    reason: str = "Unschedulable"

    @property
    def message(self):
        if self.why[0].isdigit() or self.why in _WITHOUT_COUNT:
            return f"0/{len(self.nodes)} nodes are available: {self.why}."
        return self.why


def node(name, has=None, labels=None, **options):
    """A node with 2 CPUs, 4 GiB and 10 pods. has: changes (None: the resource is missing)."""
    has = {"cpu": "2", "memory": "4Gi", "pods": "10", "ephemeral-storage": "10Gi", **(has or {})}
    made = node_objects.node(name, "m5.xlarge", labels=labels, capacity=has, **options)
    for key, value in (labels or {}).items():
        if value is None:
            del made["metadata"]["labels"][key]
    return made


def nodes(count, has=None, first=0, **options):
    return [node(f"n{number:02}", has, **options) for number in range(first, first + count)]


def taint(key, effect="NoSchedule", value=None):
    return {"key": key, "effect": effect, **({"value": value} if value else {})}


def asks(name="main", **resources):
    """A container. Names of resources are spelled with _ for - here; `more` holds the others."""
    more = resources.pop("more", {})
    return container(name, resources={key.replace("_", "-"): value for key, value in resources.items()} | more)


def wants(*containers, **spec):
    return {"containers": list(containers) or [container()], **spec}


def bound(name, on, *containers, phase=None, terminating=False, **options):
    """A pod that somebody bound. phase: its phase; terminating: deleted with a grace period."""
    made = pod(name, *(containers or [container()]), scheduler="somebody-else", nodeName=on, **options)
    return {"body": made, "phase": phase, "terminating": terminating}


def required(*terms):
    """Required node affinity; each term is a list of (key, operator, values...), metadata.name as a field."""
    def term(expressions):
        made = {}
        for key, operator, *values in expressions:
            kind = "matchFields" if key == "metadata.name" else "matchExpressions"
            made.setdefault(kind, []).append(
                {"key": key, "operator": operator, **({"values": values} if values else {})})
        return made
    return {"affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {
        "nodeSelectorTerms": [term(each) for each in terms]}}}}


def port(number, protocol=None, ip=None, name="main", **more):
    made = {"containerPort": number, "hostPort": number}
    if protocol:
        made["protocol"] = protocol
    if ip:
        made["hostIP"] = ip
    return container(name, ports=[made], **more)


def keeps_off(topology="kubernetes.io/hostname", selector=None, **more):
    """Required anti-affinity to pods with the label app=web, or to those that a selector means."""
    term = {"topologyKey": topology, "labelSelector": {"matchLabels": WEB} if selector is None else selector, **more}
    return {"affinity": {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}}


# The reasons that stand alone in many rows.
CPU = "1 Insufficient cpu"
TAINTED = "1 node(s) had untolerated taint(s)"
NO_MATCH = "1 node(s) didn't match Pod's node affinity/selector"
NO_PORT = "1 node(s) didn't have free ports for the requested pod ports"
KEPT_OFF = "1 node(s) didn't satisfy existing pods anti-affinity rules"

_ONE = [node("n")]
_TOO_MUCH = wants(asks(cpu="3"))
_FULL = (bound("full", "n", asks(cpu="2")),)
_LONG_NAMES = [f"{letter * 40}.example.com/{letter * 63}" for letter in "abcdefghij"]
_LONG = ", ".join(f"1 Insufficient {name}" for name in _LONG_NAMES)

RESOURCES = [
    Situation("cpu", _ONE, CPU, _TOO_MUCH),
    Situation("cpu, one thousandth too much", _ONE, CPU, wants(asks(cpu="2001m"))),
    Situation("memory", _ONE, "1 Insufficient memory", wants(asks(memory="5Gi"))),
    Situation("memory, one byte too much", _ONE, "1 Insufficient memory", wants(asks(memory="4294967297"))),
    Situation("ephemeral storage", _ONE, "1 Insufficient ephemeral-storage", wants(asks(ephemeral_storage="11Gi"))),
    Situation("extended resource that no node has", _ONE, "1 Insufficient example.com/gpu",
              wants(asks(more={GPU: "1"}))),
    Situation("extended resource, too few", [node("n", {GPU: "2"})], "1 Insufficient example.com/gpu",
              wants(asks(more={GPU: "3"}))),
    Situation("extended resource, none healthy", [node("n", {GPU: "2"}, allocatable={GPU: "0"})],
              "1 Insufficient example.com/gpu", wants(asks(more={GPU: "1"}))),
    Situation("extended resource, taken", [node("n", {GPU: "2"})], "1 Insufficient example.com/gpu",
              wants(asks(more={GPU: "1"})),
              (bound("a", "n", asks(more={GPU: "1"})), bound("b", "n", asks(more={GPU: "1"})))),
    Situation("two extended resources", [node("n", {GPU: "1", "example.com/fpga": "1"})],
              "1 Insufficient example.com/fpga, 1 Insufficient example.com/gpu",
              wants(asks(more={GPU: "2", "example.com/fpga": "2"}))),
    Situation("cpu and memory", _ONE, "1 Insufficient cpu, 1 Insufficient memory", wants(asks(cpu="3", memory="5Gi"))),
    Situation("everything at once", [node("n", {"pods": "0"})],
              "1 Insufficient cpu, 1 Insufficient ephemeral-storage, 1 Insufficient example.com/gpu, "
              "1 Insufficient memory, 1 Too many pods",
              wants(asks(cpu="3", memory="5Gi", ephemeral_storage="11Gi", more={GPU: "1"}))),
    Situation("cpu of bound pods", _ONE, CPU, wants(asks(cpu="500m")), (
        bound("a", "n", asks(cpu="1")), bound("b", "n", asks(cpu="600m")))),
    Situation("cpu of a bound pod by its limits", _ONE, CPU, wants(asks(cpu="1")), (
        bound("a", "n", container(resources={"cpu": "1500m"})),)),
    Situation("cpu of a bound pod's init container", _ONE, CPU, wants(asks(cpu="1")), (
        bound("a", "n", asks(cpu="100m"), init=[asks("first", cpu="1500m")]),)),
    Situation("cpu of a bound pod's sidecar", _ONE, CPU, wants(asks(cpu="1")), (
        bound("a", "n", asks(cpu="600m"), init=[{**asks("side", cpu="600m"), "restartPolicy": "Always"}]),)),
    Situation("cpu of a terminating pod", _ONE, CPU, wants(asks(cpu="1")), (
        bound("a", "n", asks(cpu="2"), terminating=True),)),
    Situation("a pod that has ended counts for nothing", [node("n", {"pods": "1"})], CPU, _TOO_MUCH, (
        bound("ended", "n", asks(cpu="2"), phase="Succeeded"), bound("failed", "n", asks(cpu="2"), phase="Failed"))),
    Situation("a pod without requests takes no cpu", _ONE, CPU, _TOO_MUCH, (bound("a", "n"),)),
    Situation("several containers", _ONE, CPU, wants(asks(cpu="1"), asks("second", cpu="1100m"))),
    Situation("limits alone", _ONE, CPU, wants({"name": "main", "image": "example.invalid/app:1",
                                                "resources": {"limits": {"cpu": "3"}}})),
    Situation("an init container", _ONE, CPU, wants(asks(cpu="100m"), initContainers=[asks("first", cpu="3")])),
    Situation("a sidecar beside the containers", _ONE, CPU, wants(
        asks(cpu="1200m"), initContainers=[{**asks("side", cpu="1"), "restartPolicy": "Always"}])),
    Situation("an init container after a sidecar", _ONE, CPU, wants(
        asks(cpu="100m"), initContainers=[{**asks("side", cpu="1"), "restartPolicy": "Always"},
                                          asks("first", cpu="1500m")])),
    Situation("an init container before a sidecar fits, memory does not", _ONE, "1 Insufficient memory", wants(
        asks(cpu="100m", memory="5Gi"), initContainers=[
            asks("first", cpu="1500m"), {**asks("side", cpu="1"), "restartPolicy": "Always"}])),
    Situation("overhead", _ONE, CPU, wants(asks(cpu="1600m"), runtimeClassName=RUNTIME_CLASS)),
    Situation("overhead of a bound pod", _ONE, CPU, wants(asks(cpu="1")), (
        bound("a", "n", asks(cpu="600m"), runtimeClassName=RUNTIME_CLASS),)),
    Situation("requests of the pod as a whole", _ONE, CPU, wants(
        asks(cpu="100m"), resources={"requests": {"cpu": "3"}, "limits": {"cpu": "3"}})),
    Situation("requests of the pod as a whole and of containers", _ONE, "1 Insufficient cpu, 1 Insufficient memory",
              wants(asks(cpu="1", memory="5Gi"), resources={"requests": {"cpu": "2500m"}})),
    Situation("requests of a bound pod as a whole", _ONE, CPU, wants(asks(cpu="1")), (
        bound("a", "n", asks(cpu="100m"), resources={"requests": {"cpu": "1500m"}}),)),
    Situation("hugepages", [node("n", {"hugepages-2Mi": "64Mi"})], "1 Insufficient hugepages-2Mi",
              wants(asks(cpu="1", more={"hugepages-2Mi": "128Mi"}))),
    Situation("hugepages of a size the node has not", _ONE,
              "1 Insufficient hugepages-1Gi, 1 Insufficient hugepages-2Mi",
              wants(asks(cpu="1", more={"hugepages-1Gi": "1Gi", "hugepages-2Mi": "2Mi"}))),
    Situation("no cpu at all", [node("n", allocatable={"cpu": "0"})], CPU, wants(asks(cpu="1m"))),
    Situation("no allocatable memory known", [node("n", {"memory": None})], "1 Insufficient memory",
              wants(asks(memory="1"))),
    Situation("too many pods", [node("n", {"pods": "1"})], "1 Too many pods", wants(), (bound("a", "n"),)),
    Situation("no pods at all", [node("n", {"pods": "0"})], "1 Too many pods", wants()),
    Situation("number of pods unknown", [node("n", {"pods": None})], "1 Too many pods", wants()),
    Situation("too many pods and too little cpu", [node("n", {"pods": "1"})], "1 Insufficient cpu, 1 Too many pods",
              wants(asks(cpu="1")), (bound("a", "n", asks(cpu="2")),)),
    Situation("each node lacks something else", [
        node("a", {"cpu": "1"}), node("b", {"memory": "1Gi"}), node("c", {"ephemeral-storage": "1Gi"}),
        node("d", {"pods": "0"})],
        "1 Insufficient cpu, 1 Insufficient ephemeral-storage, 1 Insufficient memory, 1 Too many pods",
        wants(asks(cpu="2", memory="2Gi", ephemeral_storage="2Gi"))),
    Situation("counts are sorted as texts", [*nodes(10, {"cpu": "1"}), *nodes(2, {"memory": "1Gi"}, 10)],
              "10 Insufficient cpu, 2 Insufficient memory", wants(asks(cpu="2", memory="2Gi"))),
    Situation("counts of one node are added up", [*nodes(3, {"cpu": "1"}), *nodes(2, {"cpu": "1", "memory": "1Gi"}, 3)],
              "2 Insufficient memory, 5 Insufficient cpu", wants(asks(cpu="2", memory="2Gi"))),
    Situation("note longer than an event takes", _ONE, _LONG, wants(asks(more=dict.fromkeys(_LONG_NAMES, "1"))),
              note=f"0/1 nodes are available: {_LONG}"[:1020] + " ..."),
]

TAINTS = [
    Situation("taint NoSchedule", [node("n", taints=[taint("a")])], TAINTED, wants()),
    Situation("taint NoExecute", [node("n", taints=[taint("a", "NoExecute", "b")])], TAINTED, wants()),
    Situation("several taints on one node", [node("n", taints=[taint("a"), taint("b", "NoExecute")])], TAINTED,
              wants()),
    Situation("different taints on different nodes",
              [node("a", taints=[taint("a")]), node("b", taints=[taint("b", "NoExecute", "x")])],
              "2 node(s) had untolerated taint(s)", wants()),
    Situation("taint PreferNoSchedule refuses nobody", [node("n", taints=[taint("a", "PreferNoSchedule")])], CPU,
              _TOO_MUCH),
    Situation("one of two taints tolerated", [node("n", taints=[taint("a"), taint("b")])], TAINTED,
              wants(tolerations=[{"key": "a", "operator": "Exists"}])),
    Situation("tolerated with another effect", [node("n", taints=[taint("a")])], TAINTED,
              wants(tolerations=[{"key": "a", "operator": "Exists", "effect": "NoExecute"}])),
    Situation("tolerated with another value", [node("n", taints=[taint("a", value="x")])], TAINTED,
              wants(tolerations=[{"key": "a", "operator": "Equal", "value": "y"}])),
    Situation("toleration without a value", [node("n", taints=[taint("a", value="x")])], TAINTED,
              wants(tolerations=[{"key": "a"}])),
    Situation("all tolerated, too little cpu", [node("n", taints=[taint("a"), taint("b", "NoExecute", "x")])], CPU,
              wants(asks(cpu="3"), tolerations=[{"operator": "Exists"}])),
    Situation("tolerated by value, too little cpu", [node("n", taints=[taint("a", value="x")])], CPU,
              wants(asks(cpu="3"), tolerations=[{"key": "a", "value": "x", "effect": "NoSchedule"}])),
    Situation("cordoned", [node("n", unschedulable=True)], "1 node(s) were unschedulable", wants()),
    Situation("cordoned and tainted", [node("n", unschedulable=True, taints=[
        taint("node.kubernetes.io/unschedulable"), taint("a")])], "1 node(s) were unschedulable", wants()),
    Situation("cordon tolerated, too little cpu", [node("n", unschedulable=True)], CPU, wants(
        asks(cpu="3"), tolerations=[{"key": "node.kubernetes.io/unschedulable", "operator": "Exists"}])),
    Situation("cordoned, tainted and full nodes", [
        node("a", unschedulable=True), node("b", taints=[taint("a")]), node("c", taints=[taint("b")]), node("n")],
        "1 Insufficient cpu, 1 node(s) were unschedulable, 2 node(s) had untolerated taint(s)",
        wants(asks(cpu="1")), _FULL),
    Situation("not ready by its taints", [node("n", taints=[
        taint("node.kubernetes.io/not-ready"), taint("node.kubernetes.io/not-ready", "NoExecute")])], TAINTED, wants()),
]

_LABELLED = [node("n", labels={"disk": "ssd", "size": "5", "word": "x"})]
_PINNED_NODES = [node("a"), node("b", taints=[taint("t")]), node("c")]

AFFINITY = [
    Situation("node selector", _LABELLED, NO_MATCH, wants(nodeSelector={"disk": "hdd"})),
    Situation("node selector of two labels", _LABELLED, NO_MATCH, wants(nodeSelector={"disk": "ssd", "gone": "x"})),
    Situation("affinity In", _LABELLED, NO_MATCH, wants(**required([("disk", "In", "hdd", "tape")]))),
    Situation("affinity NotIn", _LABELLED, NO_MATCH, wants(**required([("disk", "NotIn", "ssd")]))),
    Situation("affinity NotIn without the label, too little cpu", _LABELLED, CPU,
              wants(asks(cpu="3"), **required([("gone", "NotIn", "x")]))),
    Situation("affinity Exists", _LABELLED, NO_MATCH, wants(**required([("gone", "Exists")]))),
    Situation("affinity DoesNotExist", _LABELLED, NO_MATCH, wants(**required([("disk", "DoesNotExist")]))),
    Situation("affinity Gt", _LABELLED, NO_MATCH, wants(**required([("size", "Gt", "5")]))),
    Situation("affinity Lt", _LABELLED, NO_MATCH, wants(**required([("size", "Lt", "5")]))),
    Situation("affinity Gt and Lt match, too little cpu", _LABELLED, CPU,
              wants(asks(cpu="3"), **required([("size", "Gt", "4"), ("size", "Lt", "6")]))),
    Situation("affinity Gt on a word", _LABELLED, NO_MATCH, wants(**required([("word", "Gt", "1")]))),
    Situation("affinity of several expressions", _LABELLED, NO_MATCH,
              wants(**required([("disk", "In", "ssd"), ("gone", "Exists")]))),
    Situation("affinity of several terms", _LABELLED, NO_MATCH,
              wants(**required([("disk", "In", "hdd")], [("gone", "Exists")]))),
    Situation("affinity of an empty term", _LABELLED, NO_MATCH, wants(**required([]))),
    Situation("affinity matches, node selector does not", _LABELLED, NO_MATCH,
              wants(nodeSelector={"disk": "hdd"}, **required([("disk", "In", "ssd")]))),
    Situation("affinity on some nodes, too little cpu on others", [node("a", labels={"x": "1"}), node("b"), node("c")],
              "1 Insufficient cpu, 2 node(s) didn't match Pod's node affinity/selector",
              wants(asks(cpu="3"), nodeSelector={"x": "1"})),
    Situation("field NotIn", [node("a"), node("b")],
              "1 Insufficient cpu, 1 node(s) didn't match Pod's node affinity/selector",
              wants(asks(cpu="3"), **required([("metadata.name", "NotIn", "a")]))),
    Situation("pinned to a node with too little cpu", _PINNED_NODES,
              "1 Insufficient cpu, 2 node(s) didn't satisfy plugin(s) [NodeAffinity]",
              wants(asks(cpu="3"), **required([("metadata.name", "In", "c")]))),
    Situation("pinned to a tainted node", _PINNED_NODES,
              "1 node(s) had untolerated taint(s), 2 node(s) didn't satisfy plugin(s) [NodeAffinity]",
              wants(**required([("metadata.name", "In", "b")]))),
    Situation("pinned to a node that is not there", _PINNED_NODES, "3 node(s) didn't satisfy plugin(s) [NodeAffinity]",
              wants(**required([("metadata.name", "In", "gone")]))),
    Situation("pinned to two nodes", _PINNED_NODES,
              "1 Insufficient cpu, 1 node(s) didn't satisfy plugin(s) [NodeAffinity], "
              "1 node(s) had untolerated taint(s)",
              wants(asks(cpu="3"), **required([("metadata.name", "In", "a")], [("metadata.name", "In", "b")]))),
    Situation("pinned to two nodes at once", _PINNED_NODES, "pod affinity terms conflict",
              wants(**required([("metadata.name", "In", "a"), ("metadata.name", "In", "b")]))),
    Situation("pinned, and a label besides", _PINNED_NODES,
              "1 node(s) didn't match Pod's node affinity/selector, 2 node(s) didn't satisfy plugin(s) [NodeAffinity]",
              wants(**required([("metadata.name", "In", "a"), ("gone", "Exists")]))),
    Situation("pinned by one of two terms", _PINNED_NODES,
              "1 Insufficient cpu, 1 node(s) didn't match Pod's node affinity/selector, "
              "1 node(s) had untolerated taint(s)",
              wants(asks(cpu="3"), **required([("metadata.name", "In", "a")], [("gone", "Exists")]))),
    Situation("pinned, and a node selector", _PINNED_NODES,
              "1 node(s) didn't match Pod's node affinity/selector, 2 node(s) didn't satisfy plugin(s) [NodeAffinity]",
              wants(nodeSelector={"gone": "x"}, **required([("metadata.name", "In", "a")]))),
]

_NINETY = (bound("a", "n", port(9000)),)

PORTS = [
    Situation("host port", _ONE, NO_PORT, wants(port(9000)), _NINETY),
    Situation("host port of another protocol, too little cpu", _ONE, CPU,
              wants(port(9000, "UDP", resources={"cpu": "3"})), _NINETY),
    Situation("host port UDP", _ONE, NO_PORT, wants(port(9000, "UDP")), (bound("a", "n", port(9000, "UDP")),)),
    Situation("host port SCTP", _ONE, NO_PORT, wants(port(9000, "SCTP")), (bound("a", "n", port(9000, "SCTP")),)),
    Situation("host port on one address, taken on all", _ONE, NO_PORT, wants(port(9000, ip="127.0.0.1")), _NINETY),
    Situation("host port on all addresses, taken on one", _ONE, NO_PORT, wants(port(9000, ip="0.0.0.0")), (
        bound("a", "n", port(9000, ip="127.0.0.1")),)),
    Situation("host port on the same address", _ONE, NO_PORT, wants(port(9000, ip="127.0.0.1")), (
        bound("a", "n", port(9000, ip="127.0.0.1")),)),
    Situation("host port on another address, too little cpu", _ONE, CPU,
              wants(port(9000, ip="127.0.0.1", resources={"cpu": "3"})), (
                  bound("a", "n", port(9000, ip="127.0.0.2")),)),
    Situation("host port of a sidecar", _ONE, NO_PORT, wants(
        container(), initContainers=[port(9000, name="side", restartPolicy="Always")]), _NINETY),
    Situation("host port of a bound pod's sidecar", _ONE, NO_PORT, wants(port(9000)), (
        bound("a", "n", container(), init=[port(9000, name="side", restartPolicy="Always")]),)),
    Situation("host port of an init container, too little cpu", _ONE, CPU, wants(
        asks(cpu="3"), initContainers=[port(9000, name="first")]), _NINETY),
    Situation("host network", _ONE, NO_PORT,
              wants(container(ports=[{"containerPort": 9000}]), hostNetwork=True), _NINETY),
    Situation("one of several host ports", _ONE, NO_PORT, wants(port(9001), port(9000, name="second")), _NINETY),
    Situation("host port of an ended pod, too little cpu", _ONE, CPU, wants(port(9000, resources={"cpu": "3"})), (
        bound("a", "n", port(9000), phase="Succeeded"),)),
    Situation("host ports before cpu", [node("a"), node("n")],
              "1 Insufficient cpu, 1 node(s) didn't have free ports for the requested pod ports",
              wants(port(9000, resources={"cpu": "3"})), _NINETY),
    Situation("host ports after taints", [node("n", taints=[taint("a")])], TAINTED, wants(port(9000)), _NINETY),
]

_ZONES = [node("a", zone="us-east-1a"), node("b", zone="us-east-1a"), node("c", zone="us-east-1b")]

PODS = [
    Situation("a bound pod keeps others off its node", _ONE, KEPT_OFF, wants(labels=WEB),
              (bound("a", "n", **keeps_off()),)),
    Situation("a bound pod keeps others off its zone", _ZONES,
              "1 Insufficient cpu, 2 node(s) didn't satisfy existing pods anti-affinity rules",
              wants(asks(cpu="1"), labels=WEB), (
                  bound("a", "a", **keeps_off(topology="topology.kubernetes.io/zone")),
                  bound("b", "c", asks(cpu="2")))),
    Situation("bound pods keep others off two nodes", [node("a"), node("b"), node("c", unschedulable=True)],
              "1 node(s) were unschedulable, 2 node(s) didn't satisfy existing pods anti-affinity rules",
              wants(labels=WEB), (bound("a", "a", **keeps_off()), bound("b", "b", **keeps_off()))),
    Situation("kept off by an expression", _ONE, KEPT_OFF, wants(labels=WEB), (bound("a", "n", **keeps_off(
        selector={"matchExpressions": [{"key": "app", "operator": "In", "values": ["web", "db"]}]})),)),
    Situation("kept off by an empty selector", _ONE, KEPT_OFF, wants(), (bound("a", "n", **keeps_off(selector={})),)),
    Situation("kept off from another namespace by name", _ONE, KEPT_OFF, wants(labels=WEB), (
        bound("a", "n", namespace=OTHER_NAMESPACE, **keeps_off(namespaces=["default"])),)),
    Situation("kept off from another namespace by an empty selector", _ONE, KEPT_OFF, wants(labels=WEB), (
        bound("a", "n", namespace=OTHER_NAMESPACE, **keeps_off(namespaceSelector={})),)),
    Situation("kept off from another namespace by its name's label", _ONE, KEPT_OFF, wants(labels=WEB), (
        bound("a", "n", namespace=OTHER_NAMESPACE, **keeps_off(namespaceSelector={
            "matchLabels": {"kubernetes.io/metadata.name": "default"}})),)),
    Situation("kept off by a label of the namespace", _ONE, KEPT_OFF, wants(labels=WEB), (
        bound("a", "n", namespace=OTHER_NAMESPACE, **keeps_off(namespaceSelector={
            "matchLabels": {"team": "green"}})),)),
    Situation("kept off by a terminating pod", _ONE, KEPT_OFF, wants(labels=WEB), (
        bound("a", "n", terminating=True, **keeps_off()),)),
    Situation("kept off by two pods", _ONE, KEPT_OFF, wants(labels=WEB), (
        bound("a", "n", **keeps_off()), bound("b", "n", **keeps_off(topology="kubernetes.io/os")))),
    Situation("too little cpu comes first", _ONE, CPU, wants(asks(cpu="3"), labels=WEB), (
        bound("a", "n", **keeps_off()),)),
    Situation("kept off, and three other reasons", [
        node("a"), node("b", labels={"x": "0"}), node("c", taints=[taint("t")]), node("n")],
        "1 Insufficient cpu, 1 node(s) didn't match Pod's node affinity/selector, "
        "1 node(s) didn't satisfy existing pods anti-affinity rules, 1 node(s) had untolerated taint(s)",
        wants(asks(cpu="1"), labels=WEB, **required([("x", "DoesNotExist")])), (
            bound("a", "a", **keeps_off()), *_FULL)),
]

OTHERS = [
    Situation("no nodes", [], "no nodes available to schedule pods", wants()),
    Situation("gated", _ONE, "Scheduling is blocked due to non-empty scheduling gates",
              wants(schedulingGates=[{"name": "example.com/wait"}]), note="",
              reason="SchedulingGated"),
    Situation("helped by no eviction, and by one", [node("a", {"cpu": "1"}), node("n")], "2 Insufficient cpu",
              wants(asks(cpu="2")),
              _FULL),
    Situation("all that a node can say", [
        node("a", unschedulable=True), node("b", taints=[taint("t")]), node("c", labels={"x": "1"}),
        node("d", {"pods": "0"}), node("e", {"cpu": "1"}), node("f", {"memory": "1Gi"}), node("n")],
        "1 Insufficient memory, 1 Too many pods, 1 node(s) didn't match Pod's node affinity/selector, "
        "1 node(s) had untolerated taint(s), 1 node(s) were unschedulable, 2 Insufficient cpu",
        wants(asks(cpu="2", memory="2Gi"), **required([("x", "DoesNotExist")])), _FULL),
    Situation("a hundred nodes", [*nodes(60, taints=[taint("t")]), *nodes(40, {"cpu": "1"}, 60)],
              "40 Insufficient cpu, 60 node(s) had untolerated taint(s)",
              wants(asks(cpu="2"))),
]

ALL = [*RESOURCES, *TAINTS, *AFFINITY, *PORTS, *PODS, *OTHERS]
