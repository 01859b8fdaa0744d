"""PUT, and what may not change."""

import copy

from support.case import case
from support.session import GO_DIFF


@case
def an_update_replaces(s):
    made = s.new_pod("p", labels={"a": "1", "b": "2"})
    made["metadata"]["labels"] = {"b": "3"}
    answer = s.put(s.path("pods", "p"), made)
    s.equal((answer.status, answer["metadata"]["labels"]), (200, {"b": "3"}), "labels")
    s.check(int(answer.version) > int(made["metadata"]["resourceVersion"]), "the version grew")


@case
def an_old_version_is_a_conflict(s):
    made = s.new_pod("p")
    s.patch(s.path("pods", "p"), {"metadata": {"labels": {"a": "b"}}})
    made["metadata"]["labels"] = {"mine": "late"}
    answer = s.put(s.path("pods", "p"), made)
    s.failed(answer, 409, "Conflict", "the object has been modified; please apply your changes to the latest version")
    s.equal(answer["details"], {"name": "p", "kind": "pods"}, "details")


@case
def an_update_without_a_version_is_taken(s):
    made = s.new_pod("p")
    del made["metadata"]["resourceVersion"]
    made["metadata"]["labels"] = {"a": "b"}
    s.equal(s.put(s.path("pods", "p"), made).status, 200, "status")


@case
def an_update_of_another_uid_is_a_conflict(s):
    made = s.new_pod("p")
    made["metadata"]["uid"] = "00000000-0000-0000-0000-000000000001"
    s.failed(s.put(s.path("pods", "p"), made), 409, "Conflict", "UID in precondition")


@case
def an_update_that_changes_nothing_writes_nothing(s):
    made = s.new_pod("p")
    answer = s.put(s.path("pods", "p"), made)
    s.equal(answer.version, made["metadata"]["resourceVersion"], "the version stays")


@case
def an_update_of_what_is_not_there(s):
    made = s.new_pod("p")
    made["metadata"]["name"] = "other"
    s.failed(s.put(s.path("pods", "other"), made), 404, "NotFound")


@case
def an_update_names_its_path(s):
    made = s.new_pod("p")
    s.failed(s.put(s.path("pods", "other"), made), 400, "BadRequest", "the name of the object (p) does not match")


@case
def most_of_a_pod_does_not_change(s):
    made = s.new_pod("p")
    changed = copy.deepcopy(made)
    changed["spec"]["nodeName"] = "elsewhere"
    differs = {"body.message": GO_DIFF, "body.details.causes[0].message": GO_DIFF}
    answer = s.put(s.path("pods", "p"), changed, differs=differs)
    s.failed(answer, 422, "Invalid", "pod updates may not change fields other than")
    s.equal(answer["details"]["causes"][0]["field"], "spec", "field")
    changed = copy.deepcopy(made)
    changed["spec"]["containers"][0]["resources"] = {"limits": {"aws.amazon.com/neuron": "1"}}
    s.failed(s.put(s.path("pods", "p"), changed, differs=differs), 422, "Invalid")


@case
def an_image_may_change(s):
    made = s.new_pod("p")
    made["spec"]["containers"][0]["image"] = "example.invalid/app:2"
    answer = s.put(s.path("pods", "p"), made)
    s.equal((answer.status, answer["metadata"]["generation"]), (200, 2), "status and generation")


@case
def tolerations_may_be_added(s):
    made = s.new_pod("p")
    made["spec"]["tolerations"] = made["spec"].get("tolerations", []) + [{"key": "k", "operator": "Exists"}]
    s.equal(s.put(s.path("pods", "p"), made).status, 200, "status")
    made = s.get(s.path("pods", "p")).body
    made["spec"]["tolerations"] = []
    s.failed(s.put(s.path("pods", "p"), made), 422, "Invalid", "existing toleration can not be modified")


@case
def gates_may_only_go(s):
    s.new_pod("p", schedulingGates=[{"name": "example.com/a"}, {"name": "example.com/b"}])
    answer = s.patch(s.path("pods", "p"), {"spec": {"schedulingGates": [{"name": "example.com/b"}]}})
    s.equal(answer.status, 200, "one goes")
    answer = s.patch(s.path("pods", "p"), {"spec": {"schedulingGates": [
        {"name": "example.com/b"}, {"name": "example.com/c"}]}})
    s.failed(answer, 422, "Invalid", "spec.schedulingGates")
    answer = s.patch(s.path("pods", "p"), {"spec": {"schedulingGates": None}})
    s.equal(answer.status, 200, "the last goes")


@case
def uid_and_creation_time_do_not_change(s):
    made = s.new_pod("p")
    answer = s.patch(s.path("pods", "p"), {"metadata": {"creationTimestamp": "2001-01-01T00:00:00Z", "labels": {
        "a": "b"}}})
    s.equal(answer["metadata"]["creationTimestamp"], made["metadata"]["creationTimestamp"], "creationTimestamp")
    s.failed(s.patch(s.path("pods", "p"), {"metadata": {"uid": "00000000-0000-0000-0000-000000000001"}}),
             422, "Invalid", "metadata.uid: Invalid value")


@case
def a_main_update_leaves_the_status(s):
    made = s.new_pod("p")
    made["status"] = {"phase": "Running"}
    made["metadata"]["labels"] = {"a": "b"}
    answer = s.put(s.path("pods", "p"), made)
    s.equal(answer["status"]["phase"], "Pending", "phase")


@case
def a_status_update_leaves_the_rest(s):
    made = s.new_pod("p")
    made["status"]["phase"] = "Running"
    made["spec"]["containers"][0]["image"] = "changed"
    made["metadata"]["labels"] = {"a": "b"}
    answer = s.put(s.path("pods", "p", "status"), made)
    s.equal((answer.status, answer["status"]["phase"]), (200, "Running"), "phase")
    s.equal(answer["spec"]["containers"][0]["image"], "example.invalid/app:1", "image")


@case
def a_status_is_read_alone(s):
    s.new_pod("p")
    s.equal(s.get(s.path("pods", "p", "status"))["kind"], "Pod", "kind")
