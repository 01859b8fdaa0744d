"""Requests that cannot be answered, and objects that cannot be."""

from support.case import case
from support.session import GO_DIFF, GO_WORDS, STRATEGIC, binding, node, pod

YAML_AND_PROTOBUF = "the embedded server takes and gives JSON alone"


@case
def unknown_paths_are_not_found(s):
    for path in ("/nope", "/api/v1/widgets", "/api/v2/pods", "/apis/nope.example/v1/things",
                 "/apis/events.k8s.io/v9/events", f"/api/v1/namespaces/{s.ns}/widgets/x", "/apis/nope.example",
                 f"/api/v1/namespaces/{s.ns}/pods/x/nope"):
        answer = s.get(path)
        s.equal(answer.status, 404, path)


@case
def a_resource_in_the_wrong_scope(s):
    s.equal(s.get(f"/api/v1/namespaces/{s.ns}/nodes").status, 404, "nodes in a namespace")
    s.failed(s.post("/api/v1/pods", pod("p")), 405, "MethodNotAllowed")


@case
def methods_that_are_not_allowed(s):
    s.new_pod("p")
    for method, path in (("PUT", s.path("pods")), ("PATCH", s.path("pods")), ("POST", s.path("pods", "p")),
                         ("DELETE", s.path("namespaces")), ("PUT", s.path("pods", "p", "binding")),
                         ("DELETE", s.path("pods", "p", "status")), ("POST", s.path("pods", "p", "status"))):
        s.failed(s.call(method, path, {}), 405, "MethodNotAllowed",
                 "the server does not allow this method on the requested resource")


@case
def bodies_that_are_no_json(s):
    for body in ("{bad", "", "[]", '"text"', "5"):
        s.failed(s.post(s.path("pods"), body, differs={
            "body.message": GO_WORDS}), 400, "BadRequest")
    s.failed(s.post(s.path("pods"), "null"), 422, "Invalid", "name or generateName is required")


@case
def json_with_something_behind_it(s):
    s.post(s.path("pods"), '{"kind": "Pod", "apiVersion": "v1", "metadata": {"name": "p"}, "spec": {"containers": '
           '[{"name": "a", "image": "b"}]}} trailing', differs={"body.message": GO_WORDS})


@case
def a_body_of_the_wrong_kind(s):
    answer = s.post(s.path("pods"), node("n"))
    s.failed(answer, 400, "BadRequest", 'Node in version "v1" cannot be handled as a Pod')
    body = pod("p")
    body["apiVersion"] = "v2"
    s.failed(s.post(s.path("pods"), body, differs={"body.message": GO_WORDS}), 400, "BadRequest",
             'no kind "Pod" is registered for version "v2"')
    body["kind"], body["apiVersion"] = "Widget", "v1"
    s.failed(s.post(s.path("pods"), body, differs={"body.message": GO_WORDS}), 400, "BadRequest",
             'no kind "Widget" is registered for version "v1"')


@case
def a_field_of_the_wrong_type(s):
    for change in ({"containers": "none"}, {"containers": [{"name": 5, "image": "i"}]}, {"nodeSelector": ["a"]},
                   {"priority": "high"}, {"hostNetwork": "yes"}, {"terminationGracePeriodSeconds": 1.5}):
        s.failed(s.post(s.path("pods"), pod("p", **change)), 400, "BadRequest")


@case
def a_quantity_that_is_none(s):
    fast = [{"name": "a", "image": "i", "resources": {"requests": {"cpu": "fast"}}}]
    s.failed(s.post(s.path("pods"), pod("p", containers=fast)), 400, "BadRequest", "quantities must")


@case
def media_types_that_are_not_known(s):
    s.new_pod("p")
    for content_type in ("text/plain", "application/xml"):
        answer = s.post(s.path("pods"), pod("q"), content_type=content_type,
                        differs={"body.message": YAML_AND_PROTOBUF})
        s.failed(answer, 415, "UnsupportedMediaType")
    for content_type in ("application/json", "text/plain", "application/apply-patch+json"):
        answer = s.patch(s.path("pods", "p"), {}, content_type)
        s.failed(answer, 415, "UnsupportedMediaType")


@case
def media_types_with_parameters(s):
    s.equal(s.post(s.path("pods"), pod("a"), content_type="application/json; charset=utf-8").status, 201, "create")
    s.equal(s.patch(s.path("pods", "a"), {"metadata": {"labels": {"a": "b"}}},
                    "application/merge-patch+json; charset=utf-8").status, 200, "patch")
    s.equal(s.post(s.path("pods"), pod("b"), content_type=None).status, 201, "no Content-Type at all")


@case
def representations_that_are_not_known(s):
    s.new_pod("p")
    for accept in ("application/cbor", "text/html", "application/*", "application/json;as=Nothing;v=v1;g=meta.k8s.io"):
        answer = s.get(s.path("pods", "p"), accept=accept, differs={"body.message": YAML_AND_PROTOBUF})
        s.failed(answer, 406, "NotAcceptable")


@case
def representations_to_choose_from(s):
    s.new_pod("p")
    for accept in ("*/*", "application/json;q=0.5", "application/cbor, application/json", "text/html, */*",
                   "application/json;charset=utf-8", None, ""):
        answer = s.get(s.path("pods", "p"), accept=accept)
        s.equal((answer.status, answer.type), (200, "application/json"), f"Accept: {accept}")


@case
def protobuf_with_json_as_second_choice(s):
    """As client-go asks for core types; the embedded server has JSON alone."""
    s.new_pod("p")
    answer = s.get(s.path("pods", "p"), accept="application/vnd.kubernetes.protobuf,application/json", differs={
        "content type": "a real server has protobuf", "body": "a real server has protobuf"})
    s.equal(answer.status, 200, "status")


@case
def a_body_that_is_too_large(s):
    body = pod("p", annotations={"x": "y" * (3 << 20)})
    answer = s.post(s.path("pods"), body)
    s.failed(answer, 413, "RequestEntityTooLarge", "limit is 3145728")
    s.hang_up()
    s.equal(s.get(s.path("pods"))["items"], [], "the server lives on")


@case
def a_pod_has_to_have_its_fields(s):
    answer = s.post(s.path("pods"), {"metadata": {"name": "p"}})
    s.failed(answer, 422, "Invalid", 'Pod "p" is invalid: spec.containers: Required value')
    s.equal(answer["details"], {"name": "p", "kind": "Pod", "causes": [
        {"reason": "FieldValueRequired", "message": "Required value", "field": "spec.containers"}]}, "details")
    s.failed(s.post(s.path("pods"), {}), 422, "Invalid", "name or generateName is required")


@case
def names_have_a_form(s):
    for name in ("Capital", "under_score", "-dash", "dot.", "a" * 254, "a/b", "a%b", " "):
        s.failed(s.post(s.path("pods"), pod(name)), 422, "Invalid", "metadata.name: Invalid value")
    s.failed(s.post(s.path("pods"), pod(None, metadata={"generateName": "Capital-"})), 422, "Invalid")


@case
def labels_and_annotations_have_a_form(s):
    s.failed(s.post(s.path("pods"), pod("p", labels={"bad key": "x"})), 422, "Invalid", "metadata.labels")
    s.failed(s.post(s.path("pods"), pod("p", labels={"k": "bad value!"})), 422, "Invalid", "metadata.labels")
    s.failed(s.post(s.path("pods"), pod("p", labels={"k": "x" * 64})), 422, "Invalid", "metadata.labels")
    s.failed(s.post(s.path("pods"), pod("p", annotations={"bad key": "x"})), 422, "Invalid", "metadata.annotations")
    s.failed(s.post(s.path("pods"), pod("p", annotations={"k": "x" * (256 << 10)})), 422, "Invalid",
             "metadata.annotations: Too long")


@case
def containers_have_a_form(s):
    for containers in ([{"image": "i"}], [{"name": "a"}], [{"name": "A", "image": "i"}],
                       [{"name": "a", "image": "i"}, {"name": "a", "image": "i"}],
                       [{"name": "a", "image": "i", "imagePullPolicy": "Sometimes"}],
                       [{"name": "a", "image": "i", "terminationMessagePolicy": "Loud"}],
                       [{"name": "a", "image": "i", "env": [{"name": ""}]}],
                       [{"name": "a", "image": "i", "ports": [{"containerPort": 70000}]}]):
        s.failed(s.post(s.path("pods"), pod("p", containers=containers)), 422, "Invalid", "spec.containers")


@case
def requests_have_a_form(s):
    neuron = "aws.amazon.com/neuron"
    for resources in ({"requests": {"cpu": "-1"}}, {"requests": {"cpu": "2"}, "limits": {"cpu": "1"}},
                      {"requests": {neuron: "1"}}, {"limits": {neuron: "500m"}},
                      {"requests": {neuron: "1"}, "limits": {neuron: "2"}}, {"limits": {"widgets": "1"}},
                      {"limits": {"bad key!/x": "1"}}):
        s.failed(s.post(s.path("pods"), pod("p", containers=[{"name": "a", "image": "i", "resources": resources}])),
                 422, "Invalid", "spec.containers[0].resources")


@case
def the_rest_of_a_pod_has_a_form(s):
    for change in ({"restartPolicy": "Sometimes"}, {"dnsPolicy": "Sometimes"}, {"hostNetwork": True, "containers": [
                       {"name": "a", "image": "i", "ports": [{"containerPort": 1, "hostPort": 2}]}]},
                   {"activeDeadlineSeconds": 0}, {"nodeSelector": {"bad key": "x"}}, {"hostname": "Bad_Name"},
                   {"schedulingGates": [{"name": "bad name"}]},
                   {"tolerations": [{"key": "k", "operator": "Maybe"}]},
                   {"tolerations": [{"operator": "Equal", "value": "v"}]},
                   {"tolerations": [{"key": "k", "operator": "Exists", "value": "v"}]},
                   {"tolerations": [{"key": "k", "operator": "Exists", "effect": "Sometimes"}]},
                   {"schedulingGates": [{"name": "example.com/a"}], "nodeName": "n"}):
        s.failed(s.post(s.path("pods"), pod("p", **change)), 422, "Invalid", "spec.")


@case
def a_negative_grace_period_of_a_pod_is_one_second(s):
    made = s.new_pod("p", record=True, terminationGracePeriodSeconds=-1)
    s.equal(made["spec"]["terminationGracePeriodSeconds"], 1, "grace")


@case
def a_priority_is_admitted_as_computed(s):
    for change in ({"preemptionPolicy": "Never"}, {"priority": 7}, {"priorityClassName": "no-such-class"}):
        s.failed(s.post(s.path("pods"), pod("p", **change)), 403, "Forbidden")
    made = s.new_pod("p", record=True, priorityClassName="system-node-critical")
    s.equal(made["spec"]["priority"], 2000001000, "priority")


@case
def affinity_has_a_form(s):
    def terms(expression):
        return {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {
            "nodeSelectorTerms": [{"matchExpressions": [expression]}]}}}
    for affinity in (terms({"key": "k", "operator": "In"}), terms({"key": "k", "operator": "Exists", "values": ["v"]}),
                     terms({"key": "k", "operator": "Gt", "values": ["1", "2"]}), terms({"key": "k", "operator": "Is"}),
                     {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": []}}},
                     {"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [
                         {"weight": 0, "preference": {}}]}}):
        s.failed(s.post(s.path("pods"), pod("p", affinity=affinity)), 422, "Invalid", "spec.affinity.nodeAffinity")


@case
def a_node_has_a_form(s):
    for change in ({"taints": [{"key": "bad key", "effect": "NoSchedule"}]}, {"taints": [{"key": "k"}]},
                   {"status": {"capacity": {"cpu": "-1"}}}, {"labels": {"bad key": "x"}}):
        s.failed(s.post(s.path("nodes"), node(s.node_name("n"), **change)), 422, "Invalid")
    twice = node(s.node_name("n"), taints=[{"key": "k", "effect": "NoSchedule"}] * 2)
    answer = s.post(s.path("nodes"), twice, differs={
        "body.message": GO_DIFF, "body.details.causes[0].message": GO_DIFF})
    s.failed(answer, 422, "Invalid", "taints must be unique by key and effect pair")


@case
def queries_that_cannot_be(s):
    s.failed(s.post(s.path("pods"), pod("p"), dryRun="Some"), 422, "Invalid", "dryRun")
    s.failed(s.post(s.path("pods"), pod("p"), fieldValidation="Some"), 422, "Invalid", "fieldValidation")
    s.failed(s.post(s.path("pods"), pod("p"), timeout="x"), 400, "BadRequest", "invalid timeout")
    s.failed(s.get(s.path("pods"), timeoutSeconds="x"), 400, "BadRequest")
    s.equal(s.get(s.path("pods"), noSuchParameter="x").status, 200, "unknown parameters are not looked at")


@case
def escaped_paths(s):
    s.new_pod("a.b")
    s.equal(s.get(s.path("pods") + "/a%2Eb").status, 200, "an escaped dot")
    s.get(s.path("pods") + "/a%2Fb")
    s.get(s.path("pods") + "/%zz", differs={"body": "Go's HTTP server answers before the API does",
                                            "content type": "the same"})


@case
def deep_json_is_refused(s):
    s.failed(s.post(s.path("pods"), '{"metadata":' * 20000 + "1" + "}" * 20000, differs={
        "body.message": GO_WORDS}), 400, "BadRequest")


@case
def status_of_nodes_and_pods_have_a_form(s):
    s.new_pod("p")
    answer = s.patch(s.path("pods", "p", "status"), {"status": {"conditions": [{"status": "True"}]}}, STRATEGIC)
    s.check(answer.status >= 400, "a condition without its merge key")


@case
def a_bind_of_a_name_that_cannot_be(s):
    s.failed(s.post(s.path("pods", "Bad_Name", "binding"), binding("Bad_Name")), 404, "NotFound")
