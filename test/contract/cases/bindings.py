"""pods/binding: what the scheduler's one write promises and how it is refused (design.md section 4)."""

from support.case import case
from support.session import GO_WORDS, binding, pod


def _bind(s, name, body, **more):
    return s.post(s.path("pods", name, "binding"), body, **more)


@case
def a_binding_sets_node_and_annotations_in_one_write(s):
    made = s.new_pod("p", annotations={"mine": "stays", "AWS_NEURON_IDS": "old"}, labels={"app": "x"})
    watch = s.watch(s.path("pods"), resourceVersion=made["metadata"]["resourceVersion"])
    answer = _bind(s, "p", binding("p", "node-7", namespace=s.ns, uid=made["metadata"]["uid"],
                                   annotations={"AWS_NEURON_IDS": "0,1", "NEURON_ALLOCATED": "false"}), timeout="5s")
    s.equal(answer.status, 201, "status")
    s.equal((answer["kind"], answer["status"]), ("Status", "Success"), "answer")
    bound = s.get(s.path("pods", "p")).body
    s.equal(bound["spec"]["nodeName"], "node-7", "nodeName")
    s.equal(bound["metadata"]["annotations"],
            {"mine": "stays", "AWS_NEURON_IDS": "0,1", "NEURON_ALLOCATED": "false"}, "annotations are merged")
    condition = bound["status"]["conditions"][0]
    s.equal((condition["type"], condition["status"]), ("PodScheduled", "True"), "condition")
    [(kind, seen)] = watch.take(1)
    s.equal((kind, seen), ("MODIFIED", bound), "one event with the whole change")


@case
def labels_of_a_binding_are_merged_too(s):
    s.new_pod("p", labels={"app": "x"})
    s.bind("p", record=True, labels={"placed": "yes"})
    s.note("the pod's labels", s.get(s.path("pods", "p"))["metadata"]["labels"])


@case
def a_binding_without_annotations(s):
    s.new_pod("p")
    s.bind("p", record=True)
    s.check("annotations" not in s.get(s.path("pods", "p"))["metadata"], "no annotations")


@case
def a_binding_replaces_the_condition_of_failure(s):
    s.new_pod("p")
    s.patch(s.path("pods", "p", "status"), {"status": {"conditions": [
        {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "no place",
         "lastTransitionTime": "2026-11-01T00:00:00Z"}]}})
    s.bind("p")
    [condition] = s.get(s.path("pods", "p"))["status"]["conditions"]
    s.equal((condition["status"], "reason" in condition, "message" in condition), ("True", False, False), "condition")


@case
def a_binding_of_another_uid_is_a_conflict(s):
    s.new_pod("p")
    answer = _bind(s, "p", binding("p", uid="00000000-0000-0000-0000-000000000001"))
    s.failed(answer, 409, "Conflict", "Precondition failed: UID in precondition")
    s.check("nodeName" not in s.get(s.path("pods", "p"))["spec"], "still unbound")


@case
def a_pod_is_bound_once(s):
    made = s.new_pod("p")
    s.bind("p", "node-1", uid=made["metadata"]["uid"])
    for node_name in ("node-1", "node-2"):
        answer = _bind(s, "p", binding("p", node_name, uid=made["metadata"]["uid"]))
        s.failed(answer, 409, "Conflict", 'pod p is already assigned to node "node-1"')
        s.equal(answer["details"], {"name": "p", "kind": "pods/binding"}, "details")
    s.equal(s.get(s.path("pods", "p"))["spec"]["nodeName"], "node-1", "nodeName")


@case
def a_pod_being_deleted_is_not_bound(s):
    """Only a finalizer keeps an unbound pod that is being deleted."""
    s.new_pod("p", metadata={"finalizers": ["example.com/hold"]})
    s.delete(s.path("pods", "p"))
    s.failed(_bind(s, "p", binding("p")), 409, "Conflict", "pod p is being deleted, cannot be assigned to a host")


@case
def a_gated_pod_is_not_bound(s):
    s.new_pod("p", schedulingGates=[{"name": "example.com/wait"}])
    s.failed(_bind(s, "p", binding("p")), 409, "Conflict", "pod p has non-empty .spec.schedulingGates")


@case
def a_pod_that_is_missing_is_not_found(s):
    answer = _bind(s, "none", binding("none"))
    s.failed(answer, 404, "NotFound", 'pods "none" not found')


@case
def a_node_that_is_missing_is_accepted(s):
    """The API server does not look at nodes: the scheduler has to."""
    s.new_pod("p")
    s.equal(_bind(s, "p", binding("p", "no-such-node")).status, 201, "status")


@case
def a_binding_names_the_pod_of_its_path(s):
    s.new_pod("p")
    s.failed(_bind(s, "p", binding("other")), 400, "BadRequest", "name in URL does not match name in Binding object")


@case
def a_binding_names_the_namespace_of_its_path(s):
    s.new_pod("p")
    s.failed(_bind(s, "p", binding("p", namespace="default")), 400, "BadRequest",
             "the namespace of the provided object does not match the namespace sent on the request")


@case
def a_binding_needs_a_node(s):
    s.new_pod("p")
    s.failed(_bind(s, "p", binding("p", target={"kind": "Node"})), 500, "", "target.name: Required value")
    s.failed(_bind(s, "p", binding("p", target={"kind": "Pod", "name": "x"})), 500, "",
             'target.kind: Unsupported value: "Pod"')
    s.check("nodeName" not in s.get(s.path("pods", "p"))["spec"], "still unbound")


@case
def a_binding_of_the_wrong_kind(s):
    s.new_pod("p")
    s.failed(_bind(s, "p", pod("p")), 400, "BadRequest", "cannot be handled as a Binding")


@case
def a_binding_that_is_no_json(s):
    s.new_pod("p")
    s.failed(_bind(s, "p", '{"kind": "Binding", ', differs={"body.message": GO_WORDS}), 400, "BadRequest")


@case
def a_binding_with_a_field_of_the_wrong_type(s):
    s.new_pod("p")
    body = binding("p")
    body["metadata"]["annotations"] = {"count": 7}
    s.failed(_bind(s, "p", body), 400, "BadRequest")


@case
def a_dry_run_does_not_bind(s):
    s.new_pod("p")
    s.equal(_bind(s, "p", binding("p"), dryRun="All").status, 201, "status")
    s.check("nodeName" not in s.get(s.path("pods", "p"))["spec"], "still unbound")


@case
def a_bad_timeout_is_refused(s):
    s.new_pod("p")
    s.failed(_bind(s, "p", binding("p"), timeout="soon"), 400, "BadRequest", "invalid timeout")


@case
def the_old_path_of_bindings_works(s):
    """POST namespaces/NS/bindings, as old schedulers send it."""
    made = s.new_pod("p")
    answer = s.post(f"/api/v1/namespaces/{s.ns}/bindings", binding("p", "node-1", uid=made["metadata"]["uid"]))
    s.equal(answer.status, 201, "status")
    s.equal(s.get(s.path("pods", "p"))["spec"]["nodeName"], "node-1", "nodeName")


@case
def bindings_can_only_be_created(s):
    s.new_pod("p")
    s.failed(s.get(s.path("pods", "p", "binding")), 405, "MethodNotAllowed")


@case
def a_terminal_pod_is_still_bound_as_asked(s):
    s.new_pod("p")
    s.patch(s.path("pods", "p", "status"), {"status": {"phase": "Failed"}})
    _bind(s, "p", binding("p"))
    s.get(s.path("pods", "p"))


@case
def bad_annotations_of_a_binding(s):
    s.new_pod("p")
    _bind(s, "p", binding("p", annotations={"not a key!": "x"}))
    s.get(s.path("pods", "p"))
