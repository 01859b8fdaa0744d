"""Namespaces."""

from support.case import case


def _named(s, name):
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": f"{s.ns}-{name}"}}


@case
def a_namespace_is_created(s):
    made = s.post(s.path("namespaces"), _named(s, "a"))
    s.equal(made.status, 201, "status")
    s.equal(made["metadata"]["labels"], {"kubernetes.io/metadata.name": f"{s.ns}-a"}, "the label with its name")
    s.equal(made["status"], {"phase": "Active"}, "phase")
    s.equal(s.get(s.path("namespaces", f"{s.ns}-a")).body, made.body, "read back")


@case
def the_usual_namespaces_are_there(s):
    for name in ("default", "kube-system", "kube-public", "kube-node-lease"):
        s.equal(s.get(s.path("namespaces", name)).status, 200, name)


@case
def a_namespace_twice_is_a_conflict(s):
    s.post(s.path("namespaces"), _named(s, "a"), record=False)
    s.failed(s.post(s.path("namespaces"), _named(s, "a")), 409, "AlreadyExists")


@case
def a_namespace_name_is_a_label(s):
    s.failed(s.post(s.path("namespaces"), {"metadata": {"name": "a.b"}}), 422, "Invalid", "metadata.name")


@case
def default_cannot_be_deleted(s):
    s.failed(s.delete(s.path("namespaces", "default")), 403, "Forbidden")
