"""Tables, as kubectl get asks for them."""

from support.case import case
from support.session import JSON, TABLE, event, pod, reference


def _row(answer, number=0):
    names = [column["name"] for column in answer["columnDefinitions"]]
    return dict(zip(names, answer["rows"][number]["cells"]))


def _status(s, name, **status):
    s.patch(s.path("pods", name, "status"), {"status": status}, record=False)


@case
def a_table_of_pods(s):
    s.new_pod("a", nodeName="n1")
    s.new_pod("b")
    answer = s.get(s.path("pods"), accept=TABLE)
    s.equal((answer.type, answer["kind"], answer["apiVersion"]), (JSON, "Table", "meta.k8s.io/v1"), "table")
    row = _row(answer)
    s.equal((row["Name"], row["Ready"], row["Status"], row["Node"]), ("a", "0/1", "Pending", "n1"), "row")
    s.equal(answer["rows"][0]["object"]["kind"], "PartialObjectMetadata", "metadata comes along")


@case
def a_table_of_nothing(s):
    s.equal(s.get(s.path("pods"), accept=TABLE)["rows"], [], "rows")


@case
def a_table_of_one_pod(s):
    s.new_pod("a")
    s.equal(_row(s.get(s.path("pods", "a"), accept=TABLE))["Name"], "a", "row")
    s.failed(s.get(s.path("pods", "none"), accept=TABLE), 404, "NotFound")


@case
def what_rows_bring_along(s):
    s.new_pod("a")
    s.check("object" in s.get(s.path("pods"), accept=TABLE, includeObject="Object")["rows"][0], "Object")
    s.get(s.path("pods"), accept=TABLE, includeObject="None")
    s.get(s.path("pods"), accept=TABLE, includeObject="Metadata")
    s.failed(s.get(s.path("pods"), accept=TABLE, includeObject="Some"), 400, "BadRequest")


@case
def a_table_in_pages(s):
    for name in ("a", "b", "c"):
        s.new_pod(name)
    first = s.get(s.path("pods"), accept=TABLE, limit=2)
    s.equal((len(first["rows"]), first["metadata"]["remainingItemCount"]), (2, 1), "page 1")
    rest = s.get(s.path("pods"), accept=TABLE, limit=2, **{"continue": first["metadata"]["continue"]})
    s.equal(_row(rest)["Name"], "c", "page 2")


@case
def the_states_of_a_pod(s):
    """The column Status, as printers.go of Kubernetes tells it."""
    for name in ("running", "crash", "done", "failed", "going", "waiting", "evicted", "init"):
        s.new_pod(name, nodeName="n1", **({"initContainers": [{"name": "first", "image": "i"}]}
                                          if name == "init" else {}))
    running = {"name": "main", "ready": True, "restartCount": 2, "image": "i", "imageID": "", "state": {
        "running": {"startedAt": "2026-11-01T00:00:00Z"}}}
    ready = [{"type": "Ready", "status": "True"}]
    _status(s, "running", phase="Running", containerStatuses=[running], conditions=ready, podIP="192.0.2.5",
            podIPs=[{"ip": "192.0.2.5"}])
    _status(s, "crash", phase="Running", containerStatuses=[{
        **running, "ready": False, "state": {"waiting": {"reason": "CrashLoopBackOff"}},
        "lastState": {"terminated": {"exitCode": 1, "finishedAt": "2026-11-01T00:00:00Z"}}}])
    _status(s, "done", phase="Succeeded", containerStatuses=[{
        **running, "ready": False, "state": {"terminated": {"exitCode": 0, "reason": "Completed"}}}])
    _status(s, "failed", phase="Failed", containerStatuses=[{
        **running, "ready": False, "state": {"terminated": {"exitCode": 3}}}])
    _status(s, "going", phase="Running", containerStatuses=[running], conditions=ready)
    s.delete(s.path("pods", "going"), record=False)
    _status(s, "waiting", containerStatuses=[{**running, "ready": False, "restartCount": 0, "state": {
        "waiting": {"reason": "ContainerCreating"}}}])
    _status(s, "evicted", phase="Failed", reason="Evicted", message="low on memory")
    _status(s, "init", initContainerStatuses=[{**running, "name": "first", "ready": False}])
    answer = s.get(s.path("pods"), accept=TABLE)
    states = {row["cells"][0]: row["cells"][2] for row in answer["rows"]}
    s.equal(states, {"running": "Running", "crash": "CrashLoopBackOff", "done": "Completed", "failed": "ExitCode:3",
                     "going": "Terminating", "waiting": "ContainerCreating", "evicted": "Evicted",
                     "init": "Init:0/1"}, "states")


@case
def a_gated_pod_in_a_table(s):
    s.new_pod("a", schedulingGates=[{"name": "example.com/wait"}])
    s.equal(_row(s.get(s.path("pods"), accept=TABLE))["Status"], "SchedulingGated", "state")


@case
def a_table_of_nodes(s):
    s.new_node("a", labels={"only": s.ns, "node-role.kubernetes.io/worker": ""})
    s.new_node("b", labels={"only": s.ns}, unschedulable=True)
    s.new_node("c", labels={"only": s.ns}, status={"conditions": [{"type": "Ready", "status": "False"}]})
    answer = s.get(s.path("nodes"), accept=TABLE, labelSelector=f"only={s.ns}")
    s.equal([row["cells"][1] for row in answer["rows"]], ["Ready", "Ready,SchedulingDisabled", "NotReady"], "states")
    s.equal(_row(answer)["Roles"], "worker", "roles")


@case
def a_table_of_events(s):
    made = s.new_pod("p")
    s.new("events", event("p.1", reference(made)))
    for resource in ("events", "core events"):
        row = _row(s.get(s.path(resource), accept=TABLE))
        s.equal((row["Reason"], row["Object"], row["Message"]),
                ("Scheduled", "pod/p", "Successfully assigned"), resource)


@case
def a_table_of_leases_and_namespaces(s):
    s.post(s.path("leases"), {"metadata": {"name": "l"}, "spec": {"holderIdentity": "me"}}, record=False)
    s.equal(_row(s.get(s.path("leases"), accept=TABLE))["Holder"], "me", "holder")
    s.equal(_row(s.get(s.path("namespaces", s.ns), accept=TABLE))["Status"], "Active", "namespace")


@case
def metadata_alone(s):
    s.post(s.path("pods"), pod("a", labels={"x": "y"}), record=False)
    one = s.get(s.path("pods", "a"), accept="application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1")
    s.equal((one["kind"], "spec" in one.body), ("PartialObjectMetadata", False), "one")
    many = s.get(s.path("pods"), accept="application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1")
    s.equal((many["kind"], len(many["items"])), ("PartialObjectMetadataList", 1), "many")
