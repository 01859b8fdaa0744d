"""Random pods for one node of a known geometry, and what must hold of them beyond the checker's rules."""

import dataclasses
import itertools
import math

from . import checker
from .pods import container, pod

_KEYS = ("use-gpuuuid", "use-neuron-uuid", "nouse-gpuuuid", "nouse-neuron-uuid")


@dataclasses.dataclass
class Made:
    body: dict
    features: tuple  # For counting: what is special about it.


def random_pod(rng, name, node, geometry):
    """Mostly small pods of one container: such a node fills up and breaks into pieces. Now and then one that no node
    of its kind can hold."""
    annotations, features = {}, []
    if rng.random() < 0.06:
        containers, init = [_container("main", _illegal(rng, geometry))], []
        features.append("illegal")
    else:
        unit = rng.choice(("cores", "cores", "neuron"))
        containers, init = _containers(rng, unit, geometry)
        features += ["several"] if len(containers) > 1 else []
        features += ["sidecar" if each.get("restartPolicy") else "init" for each in init]
        if rng.random() < 0.15:
            annotations.update(_uuids(rng, node, geometry))
            features.append("uuid")
    if rng.random() < 0.1:
        policy = rng.choice(("binpack", "spread", "mutex", "mutex, spread"))
        annotations[checker.POLICY] = policy
        features += [word for word in ("spread", "mutex") if word in policy]
    body = pod(name, *containers, init=init, annotations=annotations,
               nodeSelector={"kubernetes.io/hostname": node})
    return Made(body, tuple(features))


def _container(name, ask, **more):
    unit, count = ask
    return container(name, **{unit: count}, **more)


def _containers(rng, unit, geometry):
    """(app containers, init containers and sidecars), all in one unit."""
    def ask(small=False):
        return (unit, _legal(rng, unit, geometry, small))

    kind, main = rng.random(), ask()
    if kind < 0.60:
        return [_container("main", main)], []
    if kind < 0.72:
        more = [_container(f"more-{number}", ask(small=True)) for number in range(rng.randint(1, 2))]
        containers = [_container("main", main), *more]
        rng.shuffle(containers)
        return containers + ([container("plain")] if rng.random() < 0.3 else []), []
    if kind < 0.84:
        first = [_container("first", main if rng.random() < 0.5 else ask())]
        return [_container("main", main)], first + ([container("wait")] if rng.random() < 0.3 else [])
    side = _container("side", ask(small=True), restartPolicy="Always")
    if kind < 0.93:
        return [_container("main", main)], [side]
    init = [side, _container("first", main), _container("second", ask(small=True))]
    rng.shuffle(init)
    return [_container("main", main)], init


def _legal(rng, unit, geometry, small):
    """A number of devices or cores that one container can have on the empty node; small ones mostly."""
    sizes = [count for count in range(1, geometry.devices + 1) if geometry.legal_sets(count)]
    devices = 1 if small or rng.random() < 0.5 else rng.choice(sizes[:4] if rng.random() < 0.9 else sizes)
    if unit == "neuron":
        return devices
    if devices == 1:
        return rng.randint(1, geometry.k)
    return rng.randint((devices - 1) * geometry.k + 1, devices * geometry.k)


def _illegal(rng, geometry):
    """An ask that is refused whatever is free."""
    wrong = [count for count in range(1, geometry.devices + 8) if not geometry.legal_sets(count)]
    devices = rng.choice(wrong)
    if rng.random() < 0.5:
        return "neuron", devices
    return "cores", rng.randint((devices - 1) * geometry.k + 1, devices * geometry.k)


def _uuids(rng, node, geometry):
    """One or two lists over the node's devices, written untidily: blanks, repetitions, nothing, others' devices."""
    annotations = {}
    for key in rng.sample(_KEYS, rng.choice((1, 1, 2))):
        few = key.startswith("nouse") or rng.random() < 0.3
        count = rng.randint(1, max(1, geometry.devices // 4)) if few else rng.randint(geometry.devices // 2,
                                                                                   geometry.devices)
        names = [f"{node}-AWSNeuron-{device}" for device in rng.sample(range(geometry.devices), count)]
        if rng.random() < 0.5:
            names += [names[0], "", f"elsewhere-AWSNeuron-{names[0][-1]}", f"{node}-AWSNeuron-99", "nonsense"]
            rng.shuffle(names)
        annotations[f"aws.amazon.com/{key}"] = rng.choice((",", ", ", " ,")).join(names)
    return annotations


def illegal_size(body, geometries):
    """"3 aws.amazon.com/neuron" for a pod with a container of a size that its node never gives; None for others."""
    geometry = geometries[body["spec"]["nodeSelector"]["kubernetes.io/hostname"]]
    for each in checker.containers_of(body):
        ask = checker.ask_of(each, geometry)
        if not ask:
            continue
        devices = ask[1] if ask[0] == "device" else math.ceil(ask[1] / geometry.k)
        if devices > geometry.devices or not geometry.legal_sets(devices):
            return f"{ask[1]} {checker.NEURON if ask[0] == 'device' else checker.CORE}"
    return None


def init_containers_that_reuse_nothing(body, geometry):
    """Init containers that ask exactly what an app container asks and were given a core of their own all the same:
    they could have had that container's cores, which nobody uses yet when they run."""
    containers = checker.containers_of(body)
    slots = checker.decode_allocated(body["metadata"]["annotations"][checker.ALLOCATED], geometry)
    asks = [checker.ask_of(each, geometry) for each in containers]
    init = len(body["spec"].get("initContainers") or [])
    lasting = [number for number, each in enumerate(containers)
               if number >= init or each.get("restartPolicy") == "Always"]
    cores = {(device, bit) for device, mask in itertools.chain.from_iterable(slots[number] for number in lasting)
             for bit in range(geometry.width) if mask >> bit & 1}
    wasteful = []
    for number in range(init):
        own = {(device, bit) for device, mask in slots[number] for bit in range(geometry.width) if mask >> bit & 1}
        if number not in lasting and asks[number] in asks[init:] and not own <= cores:
            wasteful.append(containers[number]["name"])
    return wasteful
