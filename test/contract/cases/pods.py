"""Creating and reading pods."""

from support.case import case
from support.session import pod


@case
def a_pod_is_created_with_its_defaults(s):
    made = s.post(s.path("pods"), pod("one"))
    s.equal(made.status, 201, "status")
    s.equal(made["metadata"]["namespace"], s.ns, "namespace")
    s.equal(made["spec"]["schedulerName"], "default-scheduler", "schedulerName")
    s.equal(made["spec"]["terminationGracePeriodSeconds"], 30, "grace")
    s.equal(made["spec"]["containers"][0]["resources"], {}, "resources")
    s.equal(made["status"], {"phase": "Pending", "qosClass": "BestEffort"}, "status")
    s.equal(made["metadata"]["generation"], 1, "generation")
    got = s.get(s.path("pods", "one"))
    s.equal(got.body, made.body, "what is read is what create answered")


@case
def a_pod_keeps_what_it_came_with(s):
    container = {
        "name": "main", "image": "example.invalid/app", "imagePullPolicy": "IfNotPresent",
        "command": ["run"], "args": ["--fast"], "workingDir": "/",
        "env": [{"name": "A", "value": "b"}, {"name": "EMPTY", "value": ""},
                {"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}}],
        "ports": [{"containerPort": 80}, {"name": "metrics", "containerPort": 9090, "protocol": "UDP"}],
        "resources": {"requests": {"cpu": "0.5", "memory": "1024Mi"}, "limits": {"cpu": "1000m", "memory": "2Gi"}},
        "livenessProbe": {"httpGet": {"path": "/", "port": "metrics"}},
        "volumeMounts": [{"name": "scratch", "mountPath": "/scratch"}],
    }
    made = s.new_pod("full", record=True, labels={"app": "x"}, annotations={"note": "y"}, containers=[container],
                     initContainers=[{"name": "first", "image": "example.invalid/init@sha256:" + "0" * 64},
                                     {"name": "side", "image": "example.invalid/side", "restartPolicy": "Always"}],
                     nodeSelector={"zone": "a"}, restartPolicy="Never", schedulerName="neuron-scheduler",
                     tolerations=[{"key": "aws.amazon.com/neuron", "operator": "Exists", "effect": "NoSchedule"}],
                     priority=0, hostname="h", subdomain="d", terminationGracePeriodSeconds=5,
                     topologySpreadConstraints=[{"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable":
                                                 "ScheduleAnyway", "labelSelector": {"matchLabels": {"app": "x"}}}],
                     volumes=[{"name": "scratch", "emptyDir": {}}],
                     affinity={"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {
                         "nodeSelectorTerms": [{"matchExpressions": [
                             {"key": "zone", "operator": "In", "values": ["a", "b"]}]}]}}})
    requests = made["spec"]["containers"][0]["resources"]["requests"]
    s.equal(requests, {"cpu": "500m", "memory": "1Gi"}, "quantities in canonical form")
    s.equal(made["status"]["qosClass"], "Burstable", "qosClass")
    s.equal(s.get(s.path("pods", "full")).body, made, "read back")


@case
def neuron_requests_default_from_limits(s):
    limits = {"aws.amazon.com/neuroncore": "2"}
    made = s.new_pod("limits", record=True, containers=[
        {"name": "main", "image": "i", "resources": {"limits": limits}}])
    s.equal(made["spec"]["containers"][0]["resources"], {"limits": limits, "requests": limits}, "resources")


@case
def qos_classes_are_told_apart(s):
    both = {"cpu": "1", "memory": "1Gi"}
    for name, resources, wanted in (("guaranteed", {"limits": both}, "Guaranteed"),
                                    ("burstable", {"requests": {"cpu": "1"}}, "Burstable"),
                                    ("neuron", {"limits": {"aws.amazon.com/neuron": "1"}}, "BestEffort")):
        made = s.new_pod(name, record=True, containers=[{"name": "main", "image": "i", "resources": resources}])
        s.equal(made["status"]["qosClass"], wanted, name)


@case
def a_name_is_generated(s):
    made = s.post(s.path("pods"), pod(None, metadata={"generateName": "worker-"}))
    s.equal(made.status, 201, "status")
    name = made["metadata"]["name"]
    s.check(name.startswith("worker-") and len(name) == len("worker-") + 5, f"five signs after the prefix: {name}")
    other = s.post(s.path("pods"), pod(None, metadata={"generateName": "worker-"}))
    s.check(other["metadata"]["name"] != name, "two generated names differ")


@case
def a_name_wins_over_generate_name(s):
    made = s.post(s.path("pods"), pod("given", metadata={"generateName": "worker-"}))
    s.equal((made.status, made["metadata"]["name"]), (201, "given"), "status and name")


@case
def what_the_server_owns_is_not_taken_from_the_client(s):
    body = pod("own", metadata={"uid": "11111111-1111-1111-1111-111111111111", "resourceVersion": "",
                                "creationTimestamp": "2001-01-01T00:00:00Z", "generation": 7, "selfLink": "/x"})
    body["status"] = {"phase": "Running", "podIP": "192.0.2.7"}
    made = s.new("pods", body, record=True)
    s.check(made["metadata"]["uid"] != body["metadata"]["uid"], "uid is new")
    s.check(not made["metadata"]["creationTimestamp"].startswith("2001"), "creationTimestamp is now")
    s.equal(made["status"]["phase"], "Pending", "phase")


@case
def creating_with_a_resource_version_is_refused(s):
    s.failed(s.post(s.path("pods"), pod("versioned", metadata={"resourceVersion": "5"})), 500, "",
             "resourceVersion should not be set on objects to be created")


@case
def the_same_pod_twice_is_a_conflict(s):
    s.new_pod("twice")
    answer = s.post(s.path("pods"), pod("twice"))
    s.failed(answer, 409, "AlreadyExists", 'pods "twice" already exists')
    s.equal(answer["details"], {"name": "twice", "kind": "pods"}, "details")


@case
def a_dry_run_leaves_nothing(s):
    made = s.post(s.path("pods"), pod("dry"), dryRun="All")
    s.equal(made.status, 201, "status")
    s.failed(s.get(s.path("pods", "dry")), 404, "NotFound")


@case
def a_pod_in_a_namespace_that_is_missing(s):
    answer = s.post(s.path("pods", namespace="no-such-namespace"), pod("lost"))
    s.failed(answer, 404, "NotFound", 'namespaces "no-such-namespace" not found')


@case
def reading_what_is_not_there(s):
    answer = s.get(s.path("pods", "nothing"))
    s.failed(answer, 404, "NotFound", 'pods "nothing" not found')
    s.equal(answer["details"], {"name": "nothing", "kind": "pods"}, "details")
    s.failed(s.get(s.path("pods", "nothing", namespace="no-such-namespace")), 404, "NotFound")


@case
def the_body_may_leave_kind_and_version_out(s):
    body = pod("bare")
    del body["kind"], body["apiVersion"]
    made = s.post(s.path("pods"), body)
    s.equal((made.status, made["kind"], made["apiVersion"]), (201, "Pod", "v1"), "kind and version")


@case
def the_body_names_another_namespace(s):
    s.failed(s.post(s.path("pods"), pod("elsewhere", metadata={"namespace": "default"})), 400, "BadRequest",
             "the namespace of the provided object does not match the namespace sent on the request")


@case
def a_gated_pod_shows_it(s):
    made = s.new_pod("gated", record=True, schedulingGates=[{"name": "example.com/wait"}])
    condition = made["status"]["conditions"][0]
    s.equal((condition["type"], condition["status"], condition["reason"]),
            ("PodScheduled", "False", "SchedulingGated"), "condition")


@case
def a_pod_may_be_created_bound(s):
    made = s.new_pod("placed", record=True, nodeName="anywhere")
    s.equal(made["spec"]["nodeName"], "anywhere", "nodeName")


@case
def unknown_fields_are_dropped_or_refused(s):
    def unknown(name):
        body = pod(name)
        body["spec"]["noSuchField"] = 1
        return body
    made = s.post(s.path("pods"), unknown("ignored"))
    s.equal(made.status, 201, "without fieldValidation")
    s.check("noSuchField" not in made["spec"], "the field is dropped")
    warned = s.post(s.path("pods"), unknown("warned"), fieldValidation="Warn")
    s.equal((warned.status, warned.warnings), (201, [r'299 - "unknown field \"spec.noSuchField\""']), "Warn")
    s.equal(s.post(s.path("pods"), unknown("silent"), fieldValidation="Ignore").status, 201, "Ignore")
    s.failed(s.post(s.path("pods"), unknown("strict"), fieldValidation="Strict"), 400, "BadRequest",
             'unknown field "spec.noSuchField"')


@case
def uids_versions_and_times_look_right(s):
    first, second = s.new_pod("first"), s.new_pod("second")
    s.check(first["metadata"]["uid"] != second["metadata"]["uid"], "uids differ")
    s.check(int(first["metadata"]["resourceVersion"]) < int(second["metadata"]["resourceVersion"]), "versions grow")
    s.check(first["metadata"]["creationTimestamp"].endswith("Z"), "a time in UTC")
    s.note("both", [first, second])
