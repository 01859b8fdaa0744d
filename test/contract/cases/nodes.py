"""Nodes."""

from support.case import case
from support.session import STRATEGIC, node


@case
def a_node_is_created_with_its_status(s):
    made = s.new_node("a", record=True, labels={"zone": "z"}, taints=[
        {"key": "k", "value": "v", "effect": "NoSchedule"}])
    s.equal(made["status"]["capacity"]["aws.amazon.com/neuroncore"], "2", "extended resources stay")
    s.check("namespace" not in made["metadata"], "a node has no namespace")
    s.equal(s.get(s.path("nodes", s.node_name("a"))).body, made, "read back")


@case
def a_node_without_status(s):
    made = s.new("nodes", {"metadata": {"name": s.node_name("bare")}}, record=True)
    s.equal(made["spec"], {}, "spec")


@case
def a_node_is_updated_without_its_status(s):
    made = s.new_node("a")
    made["metadata"]["labels"]["color"] = "red"
    made["spec"]["unschedulable"] = True
    made["status"]["capacity"]["cpu"] = "99"
    answer = s.put(s.path("nodes", s.node_name("a")), made)
    s.equal(answer.status, 200, "status")
    s.equal(answer["metadata"]["labels"]["color"], "red", "label")
    s.equal(answer["status"]["capacity"]["cpu"], "8", "the status stays")


@case
def a_node_status_is_updated_without_its_spec(s):
    made = s.new_node("a")
    made["metadata"]["labels"]["color"] = "red"
    made["spec"]["unschedulable"] = True
    made["status"]["capacity"]["cpu"] = "99"
    answer = s.put(s.path("nodes", s.node_name("a"), "status"), made)
    s.equal(answer.status, 200, "status")
    s.equal(answer["status"]["capacity"]["cpu"], "99", "capacity")
    s.check("unschedulable" not in answer["spec"], "the spec stays")


@case
def node_conditions_merge_by_type(s):
    s.new_node("a")
    answer = s.patch(s.path("nodes", s.node_name("a"), "status"), {"status": {"conditions": [
        {"type": "NeuronHealth", "status": "True", "reason": "NeuronHasError_x"}]}}, STRATEGIC)
    s.equal(sorted(each["type"] for each in answer["status"]["conditions"]), ["NeuronHealth", "Ready"], "conditions")


@case
def a_node_is_deleted_at_once(s):
    s.new_node("a")
    answer = s.delete(s.path("nodes", s.node_name("a")))
    s.equal((answer.status, answer["kind"], answer["status"]), (200, "Status", "Success"), "answer")
    s.failed(s.get(s.path("nodes", s.node_name("a"))), 404, "NotFound")
    s.new_node("a", record=True)


@case
def a_bad_node_is_refused(s):
    answer = s.post(s.path("nodes"), node("Not_A_Name"))
    s.failed(answer, 422, "Invalid", "metadata.name")
    bad = node(s.node_name("t"), taints=[{"key": "k", "effect": "Sometimes"}])
    answer = s.post(s.path("nodes"), bad)
    s.failed(answer, 422, "Invalid", "taints[0].effect")
    s.equal(answer["details"]["causes"][0]["reason"], "FieldValueNotSupported", "cause")


@case
def a_provider_id_does_not_change(s):
    s.new_node("a", providerID="aws:///a/b")
    answer = s.patch(s.path("nodes", s.node_name("a")), {"spec": {"providerID": "aws:///a/c"}})
    s.failed(answer, 422, "Invalid", "spec.providerID")


@case
def node_events_have_names_of_nodes(s):
    """Node names are DNS subdomains: dots are fine, capitals are not."""
    s.new_node("with.dots", record=True)
