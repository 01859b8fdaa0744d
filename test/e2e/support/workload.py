"""Mixed Neuron pods, the same for the same seed."""

import random

from .pods import container, pod

# Fifty nodes of five instance types: (type, count).
FIFTY_NODES = (("trn1.32xlarge", 10), ("trn2.48xlarge", 10), ("inf2.48xlarge", 10), ("inf1.6xlarge", 10),
               ("inf2.xlarge", 10))

# What one pod asks for, and how often.
_SHAPES = (
    (50, dict(cores=1)), (22, dict(cores=2)), (4, dict(cores=3)), (6, dict(cores=4)), (3, dict(cores=7)),
    (2, dict(cores=8)), (1, dict(cores=16)), (14, dict(neuron=1)), (3, dict(neuron=2)), (2, dict(neuron=3)),
    (4, dict(neuron=4)), (1, dict(neuron=8)), (1, dict(neuron=16)),
)
_LARGE = ((4, dict(cores=8)), (2, dict(cores=16)), (2, dict(cores=24)), (4, dict(neuron=3)), (6, dict(neuron=4)),
          (3, dict(neuron=8)), (1, dict(neuron=16)))
_MORE = {"cpu": "100m", "memory": "64Mi"}


def make_mixed_nodes(plane, nodes=FIFTY_NODES):
    """Creates the nodes and returns their names."""
    return [name for kind, count in nodes for name in plane.make_nodes(kind, count)]


def mixed_pods(count, seed, node_names=(), prefix="mixed", large=False):
    """count pods of mixed shapes: most of one container, some of two, some with init containers and sidecars, some
    that name or avoid devices of one of the nodes. large: such as fill a cluster."""
    rng = random.Random(seed)
    weights, shapes = zip(*(_LARGE if large else _SHAPES))
    return [_one(rng, f"{prefix}-{number}", rng.choices(shapes, weights)[0], list(node_names))
            for number in range(count)]


def _one(rng, name, shape, node_names):
    main = container(resources=_MORE, **shape)
    kind = rng.random()
    if kind < 0.08:
        return pod(name, main, container("second", cores=1) if "cores" in shape else container("second", neuron=1))
    if kind < 0.12:
        return pod(name, main, init=[container("first", **shape)])
    if kind < 0.16 and "cores" in shape:
        return pod(name, main, init=[container("side", cores=1, restartPolicy="Always")])
    if kind < 0.20:
        return pod(name, container("plain", resources=_MORE), main)
    if kind < 0.26 and node_names:
        return pod(name, main, annotations=_uuids(rng, rng.choice(node_names)))
    return pod(name, main)


def _uuids(rng, node):
    """A choice among the first four devices of a node, which every node but the smallest has."""
    devices = [f"{node}-AWSNeuron-{device}" for device in rng.sample(range(4), 2)]
    key = rng.choice(("use-gpuuuid", "use-neuron-uuid", "nouse-gpuuuid", "nouse-neuron-uuid"))
    return {f"aws.amazon.com/{key}": ",".join(devices)}
