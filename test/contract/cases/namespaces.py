"""Namespaces."""

from support.case import case
from support.session import pod


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


@case
def a_namespace_being_deleted_takes_nothing_new(s):
    """Without a controller that empties it, it waits until it is finalized."""
    name = f"{s.ns}-a"
    s.post(s.path("namespaces"), _named(s, "a"), record=False)
    s.post(s.path("pods", namespace=name), pod("old"), record=False)
    answer = s.delete(s.path("namespaces", name))
    s.equal((answer.status, answer["status"]["phase"]), (200, "Terminating"), "deleted")
    answer = s.post(s.path("pods", namespace=name), pod("new"))
    s.failed(answer, 403, "Forbidden", "because it is being terminated")
    s.equal(s.get(s.path("pods", "old", namespace=name), record=False).status, 200, "what is in it can be read")
    s.equal(s.delete(s.path("pods", "old", namespace=name), record=False).status, 200, "and deleted")
    s.failed(s.post(s.path("namespaces"), _named(s, "a")), 409, "AlreadyExists", "object is being deleted")
    s.put(s.path("namespaces", name, "finalize"), {"metadata": {"name": name}, "spec": {}})
    s.failed(s.get(s.path("namespaces", name)), 404, "NotFound")


@case
def a_pod_being_deleted_keeps_its_name(s):
    s.post(s.path("pods"), pod("p", nodeName="n"), record=False)
    s.delete(s.path("pods", "p"), record=False)
    s.failed(s.post(s.path("pods"), pod("p")), 409, "AlreadyExists", 'object is being deleted: pods "p" already exists')


@case
def namespaces_are_listed(s):
    answer = s.get(s.path("namespaces"), labelSelector=f"kubernetes.io/metadata.name={s.ns}")
    s.equal([each["metadata"]["name"] for each in answer["items"]], [s.ns], "names")
    s.equal(answer["kind"], "NamespaceList", "kind")
