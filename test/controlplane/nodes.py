"""Node objects as AWS Neuron instances have them, of any number and type."""

import concurrent.futures
import dataclasses

from api import ApiError

NEURON = "aws.amazon.com/neuron"
CORE = "aws.amazon.com/neuroncore"
DEVICE_ALIAS = "aws.amazon.com/neurondevice"


@dataclasses.dataclass(frozen=True)
class InstanceType:
    """devices; physical cores of a device; whether LNC (logical cores) applies; vCPUs; GiB of memory."""
    devices: int
    cores: int
    has_lnc: bool
    cpus: int
    memory: int


INSTANCE_TYPES = {
    "inf1.xlarge": InstanceType(1, 4, False, 4, 8),
    "inf1.2xlarge": InstanceType(1, 4, False, 8, 16),
    "inf1.6xlarge": InstanceType(4, 4, False, 24, 48),
    "inf1.24xlarge": InstanceType(16, 4, False, 96, 192),
    "inf2.xlarge": InstanceType(1, 2, False, 4, 16),
    "inf2.8xlarge": InstanceType(1, 2, False, 32, 128),
    "inf2.24xlarge": InstanceType(6, 2, False, 96, 384),
    "inf2.48xlarge": InstanceType(12, 2, False, 192, 768),
    "trn1.2xlarge": InstanceType(1, 2, False, 8, 32),
    "trn1.32xlarge": InstanceType(16, 2, False, 128, 512),
    "trn1n.32xlarge": InstanceType(16, 2, False, 128, 512),
    "trn2.3xlarge": InstanceType(1, 8, True, 12, 128),
    "trn2.48xlarge": InstanceType(16, 8, True, 192, 2048),
    "trn2u.48xlarge": InstanceType(16, 8, True, 192, 2048),
    "trn3.48xlarge": InstanceType(16, 8, True, 192, 2048),
    "trn3e.24xlarge": InstanceType(4, 8, True, 96, 1152),
    "m5.xlarge": InstanceType(0, 0, False, 4, 16),
}


def _conditions(changes):
    conditions = {
        "MemoryPressure": ("False", "KubeletHasSufficientMemory"),
        "DiskPressure": ("False", "KubeletHasNoDiskPressure"),
        "PIDPressure": ("False", "KubeletHasSufficientPID"),
        "Ready": ("True", "KubeletReady"),
    }
    conditions.update(changes or {})
    time = "2026-11-01T00:00:00Z"
    return [{"type": kind, "status": status, "reason": reason, "message": reason,
             "lastHeartbeatTime": time, "lastTransitionTime": time}
            for kind, (status, reason) in conditions.items()]


def node(name, instance_type, *, lnc=2, zone="us-east-1a", labels=None, annotations=None, taints=None,
         conditions=None, allocatable=None, capacity=None, unschedulable=False):
    """A Node object. conditions: {type: (status, reason)}; allocatable and capacity: changes to the usual values
    (None as a value removes the resource)."""
    kind = INSTANCE_TYPES[instance_type]
    pods = 110 if kind.cpus <= 32 else 250
    cap = {"cpu": str(kind.cpus), "memory": f"{kind.memory * 1024 * 1024}Ki", "pods": str(pods),
           "ephemeral-storage": "104845292Ki", "hugepages-1Gi": "0", "hugepages-2Mi": "0"}
    if kind.devices:
        cap[NEURON] = str(kind.devices)
        cap[CORE] = str(kind.devices * (kind.cores // lnc if kind.has_lnc else kind.cores))
    # What kubelet keeps for itself on such a node: some CPU, 11 MiB a pod and 355 MiB.
    alloc = dict(cap)
    alloc["cpu"] = f"{kind.cpus * 1000 - 60 - kind.cpus * 2}m"
    alloc["memory"] = f"{(kind.memory * 1024 - 355 - 11 * pods) * 1024}Ki"
    alloc["ephemeral-storage"] = "95551679124"
    for values, changes in ((cap, capacity), (alloc, capacity), (alloc, allocatable)):
        for key, value in (changes or {}).items():
            if value is None:
                values.pop(key, None)
            else:
                values[key] = str(value)
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "annotations": dict(annotations or {}),
            "labels": {
                "kubernetes.io/hostname": name,
                "kubernetes.io/os": "linux",
                "kubernetes.io/arch": "amd64",
                "node.kubernetes.io/instance-type": instance_type,
                "topology.kubernetes.io/region": zone[:-1],
                "topology.kubernetes.io/zone": zone,
                **(labels or {}),
            },
        },
        "spec": {
            "providerID": f"aws:///{zone}/{name}",
            **({"taints": taints} if taints else {}),
            **({"unschedulable": True} if unschedulable else {}),
        },
        "status": {
            "capacity": cap,
            "allocatable": alloc,
            "conditions": _conditions(conditions),
            "addresses": [{"type": "Hostname", "address": name}],
            "nodeInfo": {
                "architecture": "amd64", "bootID": "", "containerRuntimeVersion": "containerd://2.1.0",
                "kernelVersion": "6.12.0", "kubeProxyVersion": "", "kubeletVersion": "v1.37.2",
                "machineID": "", "operatingSystem": "linux", "osImage": "Amazon Linux 2023", "systemUUID": "",
            },
        },
    }


def make_nodes(client, instance_type, count, *, prefix=None, first=0, workers=8, **options):
    """Creates count nodes `<prefix>-<number>` (prefix: the instance type with a dash for its dot), spread over
    three zones, and returns their names. options as for node()."""
    prefix = prefix or instance_type.replace(".", "-")
    zones = ("us-east-1a", "us-east-1b", "us-east-1c")
    bodies = []
    for number in range(first, first + count):
        bodies.append(node(f"{prefix}-{number}", instance_type,
                           **{"zone": zones[number % len(zones)], **options}))
    create_all(client, "nodes", bodies, workers=workers)
    return [body["metadata"]["name"] for body in bodies]


def create_all(client, resource, bodies, namespace=None, workers=8):
    """Creates many objects over parallel kept connections; returns the created objects in the same order."""
    def create(body):
        try:
            return client.create(resource, body, namespace)
        except ApiError as error:
            raise RuntimeError(f"creating {resource} {body['metadata'].get('name')}: {error}") from error

    with concurrent.futures.ThreadPoolExecutor(max_workers=workers) as pool:
        return list(pool.map(create, bodies))
