"""An independent judge of what a scheduler did: it reads pod and node objects as the API server holds them, with
decoding and rules of its own (design.md sections 3, 5 and 7), and shares no code with the scheduler.

`problems(nodes, pods)` says what is wrong; `pending_that_fit(nodes, pods)` says which waiting pods have a place.
It knows the default arguments only: placement Aligned, no ring wrap, mixed units refused, unhealthy devices block.
"""

import itertools
import math
import re
from fractions import Fraction

SCHEDULER = "neuron-scheduler"
NEURON = "aws.amazon.com/neuron"
CORE = "aws.amazon.com/neuroncore"
ALIAS = "aws.amazon.com/neurondevice"
NEURON_RESOURCES = (NEURON, CORE, ALIAS)

IDS = "AWS_NEURON_IDS"
ALLOCATED = "hami.io/aws-neuron-devices-allocated"
# Every key that the scheduler owns, and the form of its value.
FORMS = {
    IDS: r"\d+(,\d+)*",
    ALLOCATED: r"((\S+,AWSNeuron,0,\d+:)*;)+",
    "NEURON_RESOURCE_TYPE": r"(aws\.amazon\.com/neuroncore)?",
    "NEURON_ALLOC_TIME": r"[1-9]\d{18}",
    "NEURON_ALLOCATED": r"false",
    "aws.amazon.com/predicate-node": None,
    "hami.io/vgpu-node": None,
    "hami.io/vgpu-time": r"[1-9]\d{9}",
    "hami.io/bind-time": r"[1-9]\d{9}",
    "hami.io/bind-phase": r"allocating",
}
_USE = ("aws.amazon.com/use-gpuuuid", "aws.amazon.com/use-neuron-uuid")
_NO_USE = ("aws.amazon.com/nouse-gpuuuid", "aws.amazon.com/nouse-neuron-uuid")
POLICY = "hami.io/gpu-scheduler-policy"

# How the devices inside an instance are linked, by type. 4x4 tori and switches of 16 give the same sets.
_TOPOLOGY = {
    "inf1.6xlarge": "run", "inf1.24xlarge": "run", "inf2.24xlarge": "run", "inf2.48xlarge": "run",
    "trn1.32xlarge": "rows", "trn1n.32xlarge": "rows", "trn2.48xlarge": "rows", "trn2n.48xlarge": "rows",
    "trn2u.48xlarge": "rows", "trn3.48xlarge": "rows", "trn3e.24xlarge": "run",
}


class Unjudged(Exception):
    """The pod asks for something that this checker has no opinion on."""


# Quantities and requests

_SUFFIX = {"": 1, "n": Fraction(1, 10**9), "u": Fraction(1, 10**6), "m": Fraction(1, 1000), "k": 10**3,
           "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15, "E": 10**18,
           "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "Pi": 2**50, "Ei": 2**60}


def quantity(text):
    """A Kubernetes quantity as an exact number."""
    match = re.fullmatch(r"([+-]?[0-9.]+)(?:[eE]([+-]?\d+)|([numkMGTPE]|[KMGTPE]i|))", str(text))
    if not match:
        raise ValueError(f"not a quantity: {text!r}")
    number, exponent, suffix = match.groups()
    return Fraction(number) * (Fraction(10) ** int(exponent) if exponent else _SUFFIX[suffix])


def requests_of(container):
    resources = container.get("resources") or {}
    merged = {**(resources.get("limits") or {}), **(resources.get("requests") or {})}
    return {name: quantity(value) for name, value in merged.items()}


def _is_sidecar(container):
    return container.get("restartPolicy") == "Always"


def effective_requests(pod):
    """What the pod needs of each resource: containers and sidecars together, or the largest init container with
    the sidecars started before it, whichever is more; then the overhead."""
    spec = pod["spec"]
    total = {}
    for container in spec["containers"]:
        for name, value in requests_of(container).items():
            total[name] = total.get(name, 0) + value
    sidecars, largest = {}, {}
    for container in spec.get("initContainers") or []:
        wants = requests_of(container)
        if _is_sidecar(container):
            for name, value in wants.items():
                sidecars[name] = sidecars.get(name, 0) + value
                total[name] = total.get(name, 0) + value
            wants = {}
        for name in {*wants, *sidecars}:
            largest[name] = max(largest.get(name, 0), wants.get(name, 0) + sidecars.get(name, 0))
    for name, value in largest.items():
        total[name] = max(total.get(name, 0), value)
    for name, value in (spec.get("overhead") or {}).items():
        total[name] = total.get(name, 0) + quantity(value)
    return {name: value for name, value in total.items() if value != 0}


def containers_of(pod):
    """Init containers first, then the others: the order of every list in the annotations."""
    return list(pod["spec"].get("initContainers") or []) + list(pod["spec"]["containers"])


def asks_neuron(pod):
    return any(requests_of(c).get(name) for c in containers_of(pod) for name in NEURON_RESOURCES)


def is_live(pod):
    return pod.get("status", {}).get("phase") not in ("Succeeded", "Failed")


def name_of(pod):
    return f"{pod['metadata'].get('namespace', 'default')}/{pod['metadata']['name']}"


# A node's geometry

class Geometry:
    """devices; k = cores of a device (None: unknown); blocked = why the node takes no new Neuron pod, or ""."""

    def __init__(self, node):
        status = node["status"]
        capacity, allocatable = status.get("capacity") or {}, status.get("allocatable") or {}
        self.name = node["metadata"]["name"]
        self.devices = int(quantity(capacity.get(NEURON, "0")))
        cores = quantity(capacity.get(CORE, "0"))
        self.k = int(cores // self.devices) if self.devices and cores > 0 and cores % self.devices == 0 else None
        kind = (node["metadata"].get("labels") or {}).get("node.kubernetes.io/instance-type", "")
        kind = kind.removeprefix("ml.")
        default = "rows" if self.devices == 16 else "one or all"
        self.topology = _TOPOLOGY.get(kind, default)
        cordon = (node["metadata"].get("annotations") or {}).get("hami.io/device-cordon", "")
        self.cordoned = {int(part) for part in cordon.split(",")
                         if part.strip().isdigit() and int(part) < self.devices}
        self.blocked = self._blocked(capacity, allocatable, status.get("conditions") or [])

    def _blocked(self, capacity, allocatable, conditions):
        for condition in conditions:
            if condition["type"] == "NeuronHealth" and condition["status"] == "True" \
                    and condition.get("reason", "").startswith("NeuronHasError_"):
                return "NeuronHealth"
            if condition["type"] == "AcceleratedHardwareReady" and condition["status"] == "False":
                return "AcceleratedHardwareReady"
        for name, per_device in ((NEURON, 1), (CORE, self.k or 1)):
            missing = quantity(capacity.get(name, "0")) - quantity(allocatable.get(name, "0"))
            if missing > 0 and math.ceil(missing / per_device) > len(self.cordoned):
                return f"allocatable {name} is below capacity"
        return ""

    @property
    def width(self):
        """Bits of a device's mask."""
        return self.k or 1

    @property
    def full(self):
        return (1 << self.width) - 1

    def legal_sets(self, count):
        """Every set of `count` devices that one container may be given, each ascending."""
        everything = tuple(range(self.devices))
        if count == self.devices:
            return [everything]
        if count == 1:
            return [(device,) for device in everything]
        if self.topology == "run":
            return [tuple(range(start, start + count)) for start in range(self.devices - count + 1)]
        if self.topology == "rows" and self.devices == 16 and count in (4, 8):
            return [tuple(range(start, start + count)) for start in range(0, 16, count)]
        return []

    def placements(self, ask):
        """Every legal placement of an ask (kind, count), as {device: mask}."""
        kind, count = ask
        if kind == "device":
            return [{device: self.full for device in chosen} for chosen in self.legal_sets(count)]
        if self.k is None:
            return []
        if count <= self.k:
            run = (1 << count) - 1
            return [{device: run << start} for device in range(self.devices)
                    for start in range(self.k - count + 1)]
        needed = math.ceil(count / self.k)
        rest = (1 << (count - (needed - 1) * self.k)) - 1
        return [{**{device: self.full for device in chosen[:-1]}, chosen[-1]: rest}
                for chosen in self.legal_sets(needed)]


def ask_of(container, geometry):
    """("device", n), ("core", n), None for no Neuron request, or "refused" if this node can't tell."""
    wants = requests_of(container)
    devices, alias, cores = (wants.get(name, 0) for name in (NEURON, ALIAS, CORE))
    if devices and alias and devices != alias:
        return "refused"
    devices = devices or alias
    if any(value < 0 or value.denominator != 1 or value > 2**31 for value in map(Fraction, (devices, cores))):
        return "refused"
    if devices and cores:
        if geometry.k is None or cores != devices * geometry.k:
            return "refused"
        return ("device", int(devices))
    if devices:
        return ("device", int(devices))
    return ("core", int(cores)) if cores else None


def asks_of(pod, geometry):
    """The asks of all containers in order, or None if the pod is refused on such a node."""
    asks = [ask_of(container, geometry) for container in containers_of(pod)]
    kinds = {ask[0] for ask in asks if ask and ask != "refused"}
    return None if "refused" in asks or len(kinds) > 1 else asks


def allowed_devices(pod, geometry):
    """The devices that the pod's UUID annotations leave, without the cordoned ones."""
    annotations = pod["metadata"].get("annotations") or {}
    names = {f"{geometry.name}-AWSNeuron-{device}": device for device in range(geometry.devices)}
    allowed = set(names.values()) - geometry.cordoned
    for key in _USE + _NO_USE:
        listed = {part.strip() for part in annotations.get(key, "").split(",") if part.strip()}
        if listed:
            devices = {device for name, device in names.items() if name in listed}
            allowed = allowed & devices if key in _USE else allowed - devices
    return allowed


def wants_untouched(pod):
    """Whether its policy keeps the pod off devices of which another pod has a core."""
    policy = (pod["metadata"].get("annotations") or {}).get(POLICY, "")
    return "mutex" in [word.strip() for word in policy.split(",")]


# What a pod holds

def decode_allocated(text, geometry):
    """The container slots of hami.io/aws-neuron-devices-allocated: a list of [(device, mask)]."""
    slots = []
    for slot in text.split(";")[:-1]:
        entries = []
        for entry in slot.split(":")[:-1]:
            uuid, kind, memory, mask = entry.split(",")
            prefix = f"{geometry.name}-AWSNeuron-"
            number = uuid.removeprefix(prefix)
            if not uuid.startswith(prefix) or not number.isdigit() or str(int(number)) != number:
                raise ValueError(f"device {uuid} is not of node {geometry.name}")
            if int(number) >= geometry.devices or kind != "AWSNeuron" or memory != "0":
                raise ValueError(f"entry {entry} is not of this node")
            if not 0 < int(mask) <= geometry.full:
                raise ValueError(f"mask {mask} does not fit {geometry.width} cores")
            entries.append((int(number), int(mask)))
        slots.append(entries)
    if text and not text.endswith(";"):
        raise ValueError("no ';' at the end")
    return slots


def ids_of_slot(ask, entries, geometry):
    """The ids that stand in AWS_NEURON_IDS for one container."""
    if ask is None:
        return []
    if ask[0] == "device":
        return [device for device, _ in entries]
    return [device * geometry.width + bit for device, mask in entries
            for bit in range(geometry.width) if mask >> bit & 1]


def verify_assignment(pod, node):
    """What is wrong with the annotations of a pod that our scheduler bound: a list of texts. And what it holds,
    as {device: mask}."""
    geometry = Geometry(node)
    annotations = pod["metadata"].get("annotations") or {}
    wrong = []
    for key, form in FORMS.items():
        value = annotations.get(key)
        if value is None:
            if key != "NEURON_RESOURCE_TYPE":
                wrong.append(f"no annotation {key}")
        elif form is None and value != geometry.name:
            wrong.append(f"{key} is {value!r}, not the node's name")
        elif form and not re.fullmatch(form, value):
            wrong.append(f"{key} has the wrong form: {value!r}")
    if wrong:
        return wrong, {}
    asks = asks_of(pod, geometry)
    if asks is None:
        return ["the pod should have been refused on this node"], {}
    try:
        slots = decode_allocated(annotations[ALLOCATED], geometry)
    except ValueError as error:
        return [f"{ALLOCATED}: {error}"], {}
    if len(slots) != len(asks):
        return [f"{ALLOCATED} has {len(slots)} containers, the pod {len(asks)}"], {}
    wants_type = CORE if any(ask and ask[0] == "core" for ask in asks) else ""
    if annotations.get("NEURON_RESOURCE_TYPE", "") != wants_type:
        wrong.append(f"NEURON_RESOURCE_TYPE should be {wants_type!r}")
    ids = [number for ask, entries in zip(asks, slots) for number in ids_of_slot(ask, entries, geometry)]
    if ids != [int(part) for part in annotations[IDS].split(",")]:
        wrong.append(f"{IDS} {annotations[IDS]} does not agree with {ALLOCATED} {annotations[ALLOCATED]}")
    allowed = allowed_devices(pod, geometry)
    for number, (ask, entries) in enumerate(zip(asks, slots)):
        devices = [device for device, _ in entries]
        if devices != sorted(set(devices)):
            wrong.append(f"container {number}: devices {devices} are not ascending")
        elif ask is None and entries:
            wrong.append(f"container {number} asked for nothing and got {entries}")
        elif ask is not None and dict(entries) not in geometry.placements(ask):
            wrong.append(f"container {number}: {entries} is no legal placement of {ask}")
        if not set(devices) <= allowed:
            wrong.append(f"container {number}: devices {devices}, but only {sorted(allowed)} are allowed")
    wrong += _overlaps_inside(pod, slots)
    return wrong, _union(slots)


def _union(slots):
    held = {}
    for device, mask in itertools.chain.from_iterable(slots):
        held[device] = held.get(device, 0) | mask
    return held


def _overlaps_inside(pod, slots):
    """Containers that run at the same time and share a core."""
    containers = containers_of(pod)
    init = len(pod["spec"].get("initContainers") or [])

    def together(a, b):  # a stands before b
        if a >= init:
            return True
        return _is_sidecar(containers[a])

    return [f"containers {a} and {b} share cores of device {device}"
            for a, b in itertools.combinations(range(len(slots)), 2) if together(a, b)
            for device, mask in slots[a] for other, other_mask in slots[b]
            if device == other and mask & other_mask]


def read_assignment(pod, node):
    """What a bound pod of any scheduler holds, as {device: mask}; None if that can't be read (foreign)."""
    geometry = Geometry(node)
    annotations = pod["metadata"].get("annotations") or {}
    asks = [ask_of(container, geometry) for container in containers_of(pod)]
    if "refused" in asks:
        return None
    held = []
    try:
        if ALLOCATED in annotations:
            slots = decode_allocated(annotations[ALLOCATED], geometry)
            if len(slots) != len(asks):
                return None
            for ask, entries in zip(asks, slots):
                if ask and ask[0] == "device":
                    entries[:] = [(device, geometry.full) for device, _ in entries]
                if len(ids_of_slot(ask, entries, geometry)) != (ask[1] if ask else 0):
                    return None
            held.append(_union(slots))
        if IDS in annotations:
            held.append(_read_ids(annotations[IDS], asks, pod, geometry))
    except (ValueError, IndexError):
        return None
    return held[0] if held and all(each == held[0] for each in held) else None


def _read_ids(text, asks, pod, geometry):
    ids = [int(part) for part in text.split(",")]
    if len(ids) != sum(ask[1] for ask in asks if ask):
        asks = asks[len(pod["spec"].get("initContainers") or []):]
    if len(ids) != sum(ask[1] for ask in asks if ask):
        raise ValueError("the count of ids is not what the containers ask for")
    held = {}
    for ask in asks:
        if ask is None:
            continue
        own, ids = ids[:ask[1]], ids[ask[1]:]
        limit = geometry.devices * (1 if ask[0] == "device" else geometry.width)
        if len(set(own)) != ask[1] or not all(0 <= number < limit for number in own):
            raise ValueError("ids repeat or are not of this node")
        for number in own:
            device, bit = (number, None) if ask[0] == "device" else divmod(number, geometry.width)
            held[device] = held.get(device, 0) | (geometry.full if bit is None else 1 << bit)
    return held


# A whole cluster

def _by_node(pods):
    grouped = {}
    for pod in pods:
        node = pod["spec"].get("nodeName")
        if node and is_live(pod):
            grouped.setdefault(node, []).append(pod)
    return grouped


def problems(nodes, pods, scheduler=SCHEDULER, bound_by_hand=()):
    """Everything that is wrong with the bound pods, as texts; empty = content. bound_by_hand: names
    (namespace/name) of pods that name our scheduler but were bound by the test itself."""
    found = []
    by_name = {node["metadata"]["name"]: node for node in nodes}
    for node_name, bound in sorted(_by_node(pods).items()):
        node = by_name.get(node_name)
        if node is None:
            found += [f"{name_of(pod)} is bound to {node_name}, which does not exist" for pod in bound]
            continue
        owners, stamps, exclusive = {}, {}, []
        for pod in bound:
            ours = pod["spec"].get("schedulerName") == scheduler and name_of(pod) not in bound_by_hand
            held = {}
            if ours:
                wrong, held = _verify_ours(pod, node)
                found += [f"{name_of(pod)} on {node_name}: {text}" for text in wrong]
                stamp = pod["metadata"].get("annotations", {}).get("NEURON_ALLOC_TIME")
                if asks_neuron(pod) and stamp in stamps:
                    found.append(f"{name_of(pod)} and {stamps[stamp]} have the same NEURON_ALLOC_TIME {stamp}")
                stamps[stamp] = name_of(pod)
                if wants_untouched(pod):
                    exclusive.append((int(stamp or 0), name_of(pod), set(held)))
            elif asks_neuron(pod):
                held = read_assignment(pod, node) or {}
            for device, mask in held.items():
                for other, other_mask in owners.get(device, []):
                    if mask & other_mask:
                        found.append(f"device {device} of {node_name}: {name_of(pod)} (mask {mask}) and {other} "
                                     f"(mask {other_mask}) own the same cores")
                owners.setdefault(device, []).append((name_of(pod), mask))
        found += _overcommitted(node, bound)
        found += _shared_at_first(exclusive, owners, stamps)
    return found


def _shared_at_first(exclusive, owners, stamps):
    """Pods that wanted devices to themselves and share one with an older pod; younger ones may join them."""
    since = {name: int(stamp or 0) for stamp, name in stamps.items()}
    return [f"{name} shares device {device} with the older {other}" for stamp, name, devices in exclusive
            for device in sorted(devices) for other, _ in owners[device]
            if other != name and since.get(other, stamp) < stamp]


def _verify_ours(pod, node):
    wrong = [text for text in (_refuses(pod, node),) if text]
    if not asks_neuron(pod):
        present = [key for key in FORMS if key in (pod["metadata"].get("annotations") or {})]
        if present:
            wrong.append(f"asks for no Neuron and has {present}")
        return wrong, {}
    more, held = verify_assignment(pod, node)
    return wrong + more, held


def _overcommitted(node, bound):
    return [f"{node['metadata']['name']} is overcommitted: {text}" for text in _lacks(node, {}, bound, 0)]


def _lacks(node, wants, bound, extra_pods):
    """The resources of which `wants`, on top of what the bound pods ask, is more than the node has. What foreign
    pods ask of Neuron is left to the devices' own reckoning."""
    allocatable = {name: quantity(value) for name, value in node["status"].get("allocatable", {}).items()}
    used = {}
    for pod in bound:
        for name, value in effective_requests(pod).items():
            used[name] = used.get(name, 0) + value
    short = [name for name in sorted({*used, *wants}) if name not in NEURON_RESOURCES
             and (wants.get(name) or extra_pods == 0) and used.get(name, 0) + wants.get(name, 0)
             > allocatable.get(name, 0)]
    if len(bound) + extra_pods > allocatable.get("pods", 0):
        short.append("pods")
    return short


# Would it fit?

def _tolerates(pod, taint):
    for toleration in pod["spec"].get("tolerations") or []:
        if toleration.get("effect") not in (None, "", taint["effect"]):
            continue
        key = toleration.get("key") or ""
        exists = toleration.get("operator") == "Exists"
        if key not in ("", taint["key"]) or (key == "" and not exists):
            continue
        if exists or (toleration.get("value") or "") == (taint.get("value") or ""):
            return True
    return False


def _matches(expression, values):
    value, wanted = values.get(expression["key"]), expression.get("values") or []
    operator = expression["operator"]
    if operator == "In":
        return value in wanted
    if operator == "NotIn":
        return value not in wanted
    if operator in ("Exists", "DoesNotExist"):
        return (value is not None) == (operator == "Exists")
    if value is None or not re.fullmatch(r"-?\d+", value):
        return False
    return int(value) > int(wanted[0]) if operator == "Gt" else int(value) < int(wanted[0])


def _refuses(pod, node):
    """Why the node's labels, taints or cordon refuse the pod; "" if they don't."""
    labels, name = node["metadata"].get("labels") or {}, node["metadata"]["name"]
    spec = pod["spec"]
    taints = list(node["spec"].get("taints") or [])
    if node["spec"].get("unschedulable"):
        taints.append({"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"})
    for taint in taints:
        if taint["effect"] in ("NoSchedule", "NoExecute") and not _tolerates(pod, taint):
            return f"taint {taint['key']} is not tolerated"
    for key, value in (spec.get("nodeSelector") or {}).items():
        if labels.get(key) != value:
            return f"nodeSelector {key}={value} does not match"
    required = ((spec.get("affinity") or {}).get("nodeAffinity") or {}).get(
        "requiredDuringSchedulingIgnoredDuringExecution")
    if required:
        terms = [term for term in required["nodeSelectorTerms"]
                 if term.get("matchExpressions") or term.get("matchFields")]
        if not any(all(_matches(e, labels) for e in term.get("matchExpressions") or [])
                   and all(_matches(e, {"metadata.name": name}) for e in term.get("matchFields") or [])
                   for term in terms):
            return "node affinity does not match"
    return ""


def _unjudged(pod):
    spec = pod["spec"]
    affinity = spec.get("affinity") or {}
    if affinity.get("podAffinity") or affinity.get("podAntiAffinity"):
        return "pod affinity"
    for field in ("topologySpreadConstraints", "resourceClaims", "schedulingGates"):
        if spec.get(field):
            return field
    if any(port.get("hostPort") for container in containers_of(pod) for port in container.get("ports") or []):
        return "host ports"
    kinds = {kind for volume in spec.get("volumes") or [] for kind in volume if kind != "name"}
    return "volumes that need scheduling" if kinds & {"persistentVolumeClaim", "ephemeral"} else ""


class NodeState:
    """What is free on one node, for asking `fits` about many pods."""

    def __init__(self, node, bound):
        self.node, self.bound = node, bound
        self.geometry = Geometry(node)
        self.blocked = self.geometry.blocked
        self.free = {device: self.geometry.full for device in range(self.geometry.devices)}
        for pod in bound:
            if asks_neuron(pod):
                held = read_assignment(pod, node)
                if held is None:
                    self.blocked = f"foreign pod {name_of(pod)}"
                for device, mask in (held or {}).items():
                    self.free[device] &= ~mask

    def fits(self, pod):
        """Whether the pod could be bound here now."""
        unjudged = _unjudged(pod)
        if unjudged:
            raise Unjudged(f"{name_of(pod)}: {unjudged}")
        if _refuses(pod, self.node) or _lacks(self.node, effective_requests(pod), self.bound, 1):
            return False
        if not asks_neuron(pod):
            return True
        if self.blocked or not self.geometry.devices:
            return False
        asks = asks_of(pod, self.geometry)
        return asks is not None and self._place(pod, asks)

    def _place(self, pod, asks):
        """Searches all placements of all containers. Sidecars and app containers hold theirs together; another
        init container only has to keep off the sidecars that stand before it."""
        width = self.geometry.width
        allowed = allowed_devices(pod, self.geometry)
        if wants_untouched(pod):
            allowed = {device for device in allowed if self.free[device] == self.geometry.full}
        choices = {}
        for ask in set(asks) - {None}:
            choices[ask] = [sum(mask << device * width for device, mask in placement.items())
                            for placement in self.geometry.placements(ask)
                            if set(placement) <= allowed
                            and all(mask & ~self.free[device] == 0 for device, mask in placement.items())]
        containers = containers_of(pod)
        init = len(pod["spec"].get("initContainers") or [])

        def search(number, taken):
            if number == len(asks):
                return True
            ask = asks[number]
            if ask is None:
                return search(number + 1, taken)
            if number < init and not _is_sidecar(containers[number]):
                return any(not choice & taken for choice in choices[ask]) and search(number + 1, taken)
            return any(search(number + 1, taken | choice) for choice in choices[ask] if not choice & taken)

        return search(0, 0)


def pending_that_fit(nodes, pods, scheduler=SCHEDULER):
    """(pod, node) names for each waiting pod of the scheduler that has a place by this checker's reckoning."""
    bound = _by_node(pods)
    states = [NodeState(node, bound.get(node["metadata"]["name"], [])) for node in nodes]
    found, seen = [], {}
    for pod in pods:
        if pod["spec"].get("nodeName") or not is_live(pod) or pod["metadata"].get("deletionTimestamp") \
                or pod["spec"].get("schedulerName") != scheduler:
            continue
        shape = repr([(c.get("resources"), c.get("restartPolicy")) for c in containers_of(pod)]) + repr(
            [len(pod["spec"]["containers"]), pod["spec"].get("nodeSelector"), pod["spec"].get("affinity"),
             pod["spec"].get("tolerations"), [(pod["metadata"].get("annotations") or {}).get(key)
                                              for key in (*_USE, *_NO_USE, POLICY)]])
        if shape not in seen:
            seen[shape] = next((state.geometry.name for state in states if state.fits(pod)), None)
        if seen[shape]:
            found.append((name_of(pod), seen[shape]))
    return found
