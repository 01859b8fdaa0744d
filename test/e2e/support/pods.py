"""Pod objects for tests."""

from .checker import CORE, NEURON, SCHEDULER


def container(name="main", *, neuron=None, cores=None, resources=None, **more):
    """A container that asks for Neuron devices and/or cores, and for other resources if given."""
    wants = dict(resources or {})
    if neuron is not None:
        wants[NEURON] = str(neuron)
    if cores is not None:
        wants[CORE] = str(cores)
    # An extended resource has equal requests and limits.
    return {"name": name, "image": "example.invalid/app:1",
            "resources": {"requests": wants, "limits": wants} if wants else {}, **more}


def pod(name, *containers, neuron=None, cores=None, init=(), annotations=None, labels=None, namespace="default",
        scheduler=SCHEDULER, **spec):
    """A pod of the given containers, or of one container that asks for `neuron` devices or `cores` cores."""
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, "labels": dict(labels or {}),
                     "annotations": dict(annotations or {})},
        "spec": {"schedulerName": scheduler, "restartPolicy": "Never", "terminationGracePeriodSeconds": 0,
                 "containers": list(containers) or [container(neuron=neuron, cores=cores)],
                 **({"initContainers": list(init)} if init else {}), **spec},
    }
