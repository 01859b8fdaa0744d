"""PATCH in its three forms, and the scheduler's own patch of pods/status."""

from support.case import case
from support.session import GO_DIFF, GO_WORDS, JSON_PATCH, MERGE, STRATEGIC


def _condition(message, **more):
    """As cluster/client/request_bodies.cpp sends it."""
    return {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message,
            "lastProbeTime": None, **more}


@case
def a_merge_patch_adds_and_removes(s):
    s.new_pod("p", labels={"a": "1", "b": "2"})
    answer = s.patch(s.path("pods", "p"), {"metadata": {"labels": {"a": None, "c": "3"}}})
    s.equal((answer.status, answer["metadata"]["labels"]), (200, {"b": "2", "c": "3"}), "labels")


@case
def a_merge_patch_replaces_lists(s):
    s.new_node("a", taints=[{"key": "x", "effect": "NoSchedule"}, {"key": "y", "effect": "NoSchedule"}])
    answer = s.patch(s.path("nodes", s.node_name("a")), {"spec": {"taints": [{"key": "z", "effect": "NoExecute"}]}})
    s.equal([each["key"] for each in answer["spec"]["taints"]], ["z"], "taints")


@case
def a_strategic_patch_merges_lists_by_key(s):
    made = s.new_pod("p", containers=[{"name": "a", "image": "i:1"}, {"name": "b", "image": "j:1"}])
    answer = s.patch(s.path("pods", "p"), {"spec": {"containers": [{"name": "b", "image": "j:2"}]}}, STRATEGIC)
    s.equal([(each["name"], each["image"]) for each in answer["spec"]["containers"]],
            [("a", "i:1"), ("b", "j:2")], "containers")
    s.check(int(answer.version) > int(made["metadata"]["resourceVersion"]), "the version grew")


@case
def a_json_patch_tests_and_sets(s):
    s.new_pod("p", labels={"a": "1"})
    answer = s.patch(s.path("pods", "p"), [{"op": "test", "path": "/metadata/labels/a", "value": "1"},
                                           {"op": "replace", "path": "/metadata/labels/a", "value": "2"},
                                           {"op": "add", "path": "/metadata/labels/b~1c", "value": "3"}], JSON_PATCH)
    s.equal((answer.status, answer["metadata"]["labels"]), (200, {"a": "2", "b/c": "3"}), "labels")


@case
def a_json_patch_whose_test_fails(s):
    s.new_pod("p", labels={"a": "1"})
    answer = s.patch(s.path("pods", "p"), [{"op": "test", "path": "/metadata/labels/a", "value": "9"}], JSON_PATCH,
                     differs={"body.message": GO_WORDS})
    s.failed(answer, 422, "Invalid")


@case
def the_scheduler_s_condition_is_merged(s):
    """pods/status, strategic: the condition is added, then changed in place; others stay."""
    made = s.new_pod("p")
    uid = {"uid": made["metadata"]["uid"]}
    s.patch(s.path("pods", "p", "status"), {"status": {"conditions": [{"type": "Other", "status": "True"}]}})
    path = s.path("pods", "p", "status")
    first = s.patch(path, {"metadata": uid, "status": {"conditions": [
        _condition("0/1 nodes are available", lastTransitionTime="2026-11-01T10:00:00Z")]}}, STRATEGIC)
    s.equal(first.status, 200, "status")
    second = s.patch(path, {"metadata": uid, "status": {"conditions": [_condition("0/2 nodes are available")]}},
                     STRATEGIC)
    conditions = {each["type"]: each for each in second["status"]["conditions"]}
    s.equal(sorted(conditions), ["Other", "PodScheduled"], "conditions")
    s.equal(conditions["PodScheduled"]["message"], "0/2 nodes are available", "message")
    s.equal(conditions["PodScheduled"]["lastTransitionTime"], "2026-11-01T10:00:00Z", "the time stays")


@case
def a_patch_of_another_uid_is_refused(s):
    s.new_pod("p")
    answer = s.patch(s.path("pods", "p", "status"), {
        "metadata": {"uid": "00000000-0000-0000-0000-000000000001"},
        "status": {"conditions": [_condition("late")]}}, STRATEGIC)
    s.failed(answer, 422, "Invalid", "metadata.uid: Invalid value")


@case
def a_patch_of_an_old_version_is_a_conflict(s):
    made = s.new_pod("p")
    s.patch(s.path("pods", "p"), {"metadata": {"labels": {"a": "b"}}})
    answer = s.patch(s.path("pods", "p"), {"metadata": {
        "resourceVersion": made["metadata"]["resourceVersion"], "labels": {"c": "d"}}})
    s.failed(answer, 409, "Conflict", "the object has been modified")


@case
def a_patch_of_what_is_not_there(s):
    s.failed(s.patch(s.path("pods", "none"), {"metadata": {"labels": {"a": "b"}}}), 404, "NotFound")
    s.failed(s.patch(s.path("pods", "none", "status"), {"status": {}}, STRATEGIC), 404, "NotFound")


@case
def a_patch_that_changes_nothing_writes_nothing(s):
    made = s.new_pod("p", labels={"a": "b"})
    answer = s.patch(s.path("pods", "p"), {"metadata": {"labels": {"a": "b"}}})
    s.equal(answer.version, made["metadata"]["resourceVersion"], "the version stays")


@case
def a_status_patch_cannot_bind(s):
    s.new_pod("p")
    answer = s.patch(s.path("pods", "p", "status"), {"spec": {"nodeName": "x"}, "status": {"phase": "Running"}})
    s.check("nodeName" not in answer["spec"], "nodeName")


@case
def a_main_patch_cannot_bind(s):
    s.new_pod("p")
    answer = s.patch(s.path("pods", "p"), {"spec": {"nodeName": "x"}}, differs={
        "body.message": GO_DIFF, "body.details.causes[0].message": GO_DIFF})
    s.failed(answer, 422, "Invalid", "pod updates may not change fields other than")


@case
def patches_that_cannot_be_read(s):
    s.new_pod("p")
    path = s.path("pods", "p")
    s.failed(s.patch(path, "{bad", MERGE), 400, "BadRequest")
    s.failed(s.patch(path, "{bad", STRATEGIC), 400, "BadRequest")
    s.failed(s.patch(path, "{bad", JSON_PATCH), 400, "BadRequest")
    s.failed(s.patch(path, '{"metadata": {}}', JSON_PATCH), 400, "BadRequest")
    s.failed(s.patch(path, '{"metadata": 5}', MERGE, differs={
        "body.message": "it quotes the whole pod", "body.details.causes[0].message": "it quotes the whole pod"}),
             422, "Invalid")


@case
def a_patch_of_a_field_s_type(s):
    s.new_pod("p")
    for content_type in (MERGE, STRATEGIC):
        answer = s.patch(s.path("pods", "p"), {"metadata": {"labels": {"a": 5}}}, content_type, differs={
            "body.message": "it quotes the whole pod", "body.details.causes[0].message": "it quotes the whole pod"})
        s.failed(answer, 422, "Invalid", "patch: Invalid value")


@case
def a_strategic_patch_may_delete_and_replace(s):
    s.new_pod("p")
    s.patch(s.path("pods", "p", "status"), {"status": {"conditions": [
        {"type": "A", "status": "True"}, {"type": "B", "status": "True"}]}})
    path = s.path("pods", "p", "status")
    answer = s.patch(path, {"status": {"conditions": [{"$patch": "delete", "type": "A"}]}}, STRATEGIC)
    s.equal([each["type"] for each in answer["status"]["conditions"]], ["B"], "after the delete")
    answer = s.patch(path, {"status": {"conditions": [{"type": "C", "status": "True"}, {"$patch": "replace"}]}},
                     STRATEGIC)
    s.equal([each["type"] for each in answer["status"]["conditions"]], ["C"], "after the replacement")


@case
def a_dry_run_patches_nothing(s):
    s.new_pod("p")
    answer = s.patch(s.path("pods", "p"), {"metadata": {"labels": {"a": "b"}}}, dryRun="All")
    s.equal(answer["metadata"]["labels"], {"a": "b"}, "what would be")
    s.check("labels" not in s.get(s.path("pods", "p"))["metadata"], "what is")


@case
def an_annotation_of_a_node_is_patched(s):
    """As the leader writes hami.io/node-register-aws-neuron."""
    s.new_node("a")
    answer = s.patch(s.path("nodes", s.node_name("a")),
                     {"metadata": {"annotations": {"hami.io/node-register-aws-neuron": "x,2,0,3,AWSNeuron,0,true:"}}})
    s.equal(answer.status, 200, "status")
