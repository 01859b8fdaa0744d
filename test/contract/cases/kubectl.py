"""kubectl itself, the same binary against both servers."""

import json

from support.case import case
from support.session import GO_DIFF, event, node, pod, reference


def _ready(s, name):
    s.patch(s.path("pods", name, "status"), {"status": {
        "phase": "Running", "conditions": [{"type": "Ready", "status": "True"}], "podIP": "192.0.2.5",
        "podIPs": [{"ip": "192.0.2.5"}], "containerStatuses": [{
            "name": "main", "ready": True, "restartCount": 0, "image": "i", "imageID": "",
            "state": {"running": {"startedAt": "2026-11-01T00:00:00Z"}}}]}}, record=False)


def _well(s, done, what):
    s.equal((done.returncode, done.stderr), (0, ""), what)


@case(kubectl=True)
def get_pods(s):
    s.check("No resources found" in s.kubectl("get", "pods").stderr, "nothing there")
    s.new_pod("a", nodeName="n1")
    s.new_pod("b")
    _ready(s, "a")
    done = s.kubectl("get", "pods")
    s.check("Running" in done.stdout and "Pending" in done.stdout, done.stdout)
    s.kubectl("get", "po", "-o", "wide")
    s.kubectl("get", "pods", "-o", "name")
    s.kubectl("get", "pod", "a", "--no-headers")
    s.kubectl("get", "pods", "--show-labels", "--sort-by=.metadata.name")
    s.kubectl("get", "pods", "-o", "custom-columns=NAME:.metadata.name,NODE:.spec.nodeName")
    s.kubectl("get", "pods", "-o", "jsonpath={.items[*].status.phase}")
    s.kubectl("get", "pods", "--field-selector", "spec.nodeName=n1")
    s.kubectl("get", "pods", "-l", "app=none")


@case(kubectl=True)
def get_a_pod_as_yaml_and_json(s):
    s.new_pod("a", labels={"app": "x"})
    s.kubectl("get", "pod", "a", "-o", "yaml")
    s.equal(s.kubectl_json("get", "pod", "a")["metadata"]["name"], "a", "json")
    s.equal(s.kubectl_json("get", "pods")["kind"], "List", "json of many")


@case(kubectl=True)
def get_what_is_not_there(s):
    s.equal(s.kubectl("get", "pod", "none").returncode, 1, "exit code")
    s.kubectl("get", "widgets", differs={"error": "a real server has other kinds"})


@case(kubectl=True)
def get_all_namespaces(s):
    s.new_pod("a", labels={"only": s.ns})
    s.kubectl("get", "pods", "--all-namespaces", "-l", f"only={s.ns}")


@case(kubectl=True)
def get_in_chunks(s):
    for number in range(5):
        s.new_pod(f"p-{number}")
    s.equal(s.kubectl("get", "pods", "--chunk-size=2", "-o", "name").stdout.count("pod/"), 5, "all pages")


@case(kubectl=True)
def get_pods_and_watch(s):
    s.new_pod("a")
    finish = s.kubectl_follow("get", "pods", "-w", until=lambda lines: len(lines) >= 5)
    finish.wait_for(lambda lines: len(lines) >= 2)
    s.new_pod("b")
    s.bind("b", "n1")
    s.delete(s.path("pods", "a"), record=False)
    s.check(finish()[0].startswith("NAME"), "a header")


@case(kubectl=True)
def get_events(s):
    made = s.new_pod("p")
    s.new("events", event("p.1", reference(made)))
    s.new("events", event("p.2", reference(made), type="Warning", reason="FailedScheduling", note="0/0 nodes"))
    s.kubectl("get", "events")
    s.kubectl("get", "events", "-o", "wide")
    s.kubectl("events")
    s.kubectl("events", "--for", "pod/p", "--types=Warning")
    s.kubectl("get", "events.events.k8s.io")
    s.kubectl("get", "events", "--field-selector", "type=Warning")


@case(kubectl=True)
def describe_a_pod(s):
    made = s.new_pod("p", labels={"app": "x"}, annotations={"AWS_NEURON_IDS": "0,1"}, nodeSelector={"zone": "a"},
                     containers=[{"name": "main", "image": "i", "resources": {"limits": {
                         "cpu": "1", "aws.amazon.com/neuroncore": "2"}}}],
                     tolerations=[{"key": "k", "operator": "Exists"}])
    s.new("events", event("p.1", reference(made), type="Warning", reason="FailedScheduling", note="0/0 nodes"))
    done = s.kubectl("describe", "pod", "p")
    s.check("FailedScheduling" in done.stdout, "its events are shown")
    s.bind("p", "n1")
    _ready(s, "p")
    done = s.kubectl("describe", "pod", "p")
    s.check("Node:" in done.stdout and "n1" in done.stdout, "its node is shown")


@case(kubectl=True)
def describe_what_is_not_there(s):
    s.equal(s.kubectl("describe", "pod", "none").returncode, 1, "exit code")


@case(kubectl=True)
def describe_a_node(s):
    made = s.new_node("a", taints=[{"key": "k", "value": "v", "effect": "NoSchedule"}])
    s.new_pod("p", nodeName=made["metadata"]["name"], containers=[
        {"name": "main", "image": "i", "resources": {"limits": {"cpu": "500m", "aws.amazon.com/neuroncore": "1"}}}])
    done = s.kubectl("describe", "node", made["metadata"]["name"])
    s.equal(done.returncode, 0, done.stderr)
    s.check("aws.amazon.com/neuroncore" in done.stdout, "its devices are shown")


@case(kubectl=True)
def get_nodes(s):
    s.new_node("a", labels={"only": s.ns, "node-role.kubernetes.io/worker": ""})
    s.new_node("b", labels={"only": s.ns}, unschedulable=True)
    s.kubectl("get", "nodes", "-l", f"only={s.ns}")
    s.kubectl("get", "nodes", "-l", f"only={s.ns}", "-o", "wide")
    s.kubectl("get", "no", s.node_name("a"), "-L", "only")


@case(kubectl=True)
def create_a_pod(s):
    text = json.dumps(pod("p"))
    _well(s, s.kubectl("create", "--validate=false", "-f", "-", stdin=text), "create")
    done = s.kubectl("create", "--validate=false", "-f", "-", stdin=text)
    s.equal((done.returncode, "AlreadyExists" in done.stderr), (1, True), "twice")
    bad = json.dumps(pod("q", containers=[]))
    s.equal(s.kubectl("create", "--validate=false", "-f", "-", stdin=bad).returncode, 1, "an invalid one")
    s.check("q" not in s.kubectl("get", "pods", "-o", "name").stdout, "nothing is left of it")


@case(kubectl=True)
def create_with_validation(s):
    """The default: the server checks the fields."""
    _well(s, s.kubectl("create", "-f", "-", stdin=json.dumps(pod("p"))), "create")
    body = pod("q")
    body["spec"]["noSuchField"] = 1
    done = s.kubectl("create", "-f", "-", stdin=json.dumps(body))
    s.equal((done.returncode, "noSuchField" in done.stderr), (1, True), "an unknown field")


@case(kubectl=True)
def create_a_list(s):
    """kubectl checks a List itself, by a document in protobuf, which the embedded server does not have."""
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": [
        pod("a"), node(s.node_name("n")), pod("b")]})
    _well(s, s.kubectl("create", "--validate=false", "-f", "-", stdin=text), "create")
    s.kubectl("get", "pods", "-o", "name")


@case(kubectl=True)
def apply_twice(s):
    """Client-side apply: a GET, then POST, later a PATCH."""
    _well(s, s.kubectl("apply", "-f", "-", stdin=json.dumps(pod("p", labels={"a": "1"}))), "the first time")
    _well(s, s.kubectl("apply", "-f", "-", stdin=json.dumps(pod("p", labels={"a": "1"}))), "unchanged")
    _well(s, s.kubectl("apply", "-f", "-", stdin=json.dumps(pod("p", labels={"b": "2"}))), "changed")
    s.equal(s.get(s.path("pods", "p"))["metadata"]["labels"], {"b": "2"}, "labels")


@case(kubectl=True)
def create_a_namespace(s):
    """From a manifest: `kubectl create namespace` speaks protobuf, which the embedded server does not."""
    text = json.dumps({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": f"{s.ns}-more"}})
    _well(s, s.kubectl("create", "-f", "-", stdin=text, namespaced=False), "create")
    s.kubectl("get", "namespace", f"{s.ns}-more", namespaced=False)


@case(kubectl=True)
def create_several_documents(s):
    text = "\n---\n".join(json.dumps(pod(name)) for name in ("a", "b"))
    _well(s, s.kubectl("create", "-f", "-", stdin=text), "create")
    s.kubectl("get", "pods", "-o", "name")


@case(kubectl=True)
def run_a_pod(s):
    _well(s, s.kubectl("run", "p", "--image=example.invalid/app", "--restart=Never"), "run")
    s.kubectl("get", "pod", "p", "-o", "yaml")


@case(kubectl=True)
def delete_a_pod(s):
    s.new_pod("unbound")
    _well(s, s.kubectl("delete", "pod", "unbound"), "an unbound one goes, and kubectl waits until it has")
    s.new_pod("bound", nodeName="n1")
    _well(s, s.kubectl("delete", "pod", "bound", "--wait=false"), "a bound one is asked to go")
    s.check("deletionTimestamp" in s.get(s.path("pods", "bound"))["metadata"], "it is going")
    done = s.kubectl("delete", "pod", "bound", "--grace-period=0", "--force")
    s.equal(done.returncode, 0, done.stderr)
    s.failed(s.get(s.path("pods", "bound")), 404, "NotFound")
    s.equal(s.kubectl("delete", "pod", "none").returncode, 1, "what is not there")
    _well(s, s.kubectl("delete", "pod", "none", "--ignore-not-found"), "unless that is fine")


@case(kubectl=True)
def delete_many(s):
    for name, app in (("a", "x"), ("b", "x"), ("c", "y")):
        s.new_pod(name, labels={"app": app})
    _well(s, s.kubectl("delete", "pods", "-l", "app=x"), "by label")
    s.kubectl("get", "pods", "-o", "name")
    _well(s, s.kubectl("delete", "pods", "--all"), "all")
    s.kubectl("get", "pods", "-o", "name")


@case(kubectl=True)
def delete_a_node(s):
    s.new_node("a")
    _well(s, s.kubectl("delete", "node", s.node_name("a"), namespaced=False), "delete")


@case(kubectl=True)
def label_and_annotate(s):
    s.new_pod("p", labels={"a": "1"})
    _well(s, s.kubectl("label", "pod", "p", "b=2"), "label")
    s.equal(s.kubectl("label", "pod", "p", "a=3").returncode, 1, "not without --overwrite")
    _well(s, s.kubectl("label", "pod", "p", "a=3", "--overwrite"), "overwrite")
    _well(s, s.kubectl("label", "pod", "p", "b-"), "remove")
    _well(s, s.kubectl("annotate", "pod", "p", "note=x"), "annotate")
    s.note("metadata", s.get(s.path("pods", "p"))["metadata"])


@case(kubectl=True)
def patch_in_three_ways(s):
    s.new_pod("p")
    _well(s, s.kubectl("patch", "pod", "p", "-p", '{"metadata":{"labels":{"a":"1"}}}'), "strategic")
    _well(s, s.kubectl("patch", "pod", "p", "--type=merge", "-p", '{"metadata":{"labels":{"b":"2"}}}'), "merge")
    _well(s, s.kubectl("patch", "pod", "p", "--type=json", "-p",
                       '[{"op":"remove","path":"/metadata/labels/a"}]'), "json")
    s.kubectl("patch", "pod", "p", "-p", '{"metadata":{"labels":{"b":"2"}}}')
    s.equal(s.get(s.path("pods", "p"))["metadata"]["labels"], {"b": "2"}, "labels")
    done = s.kubectl("patch", "pod", "p", "-p", '{"spec":{"nodeName":"n"}}', differs={"error": GO_DIFF})
    s.equal((done.returncode, "pod updates may not change fields" in done.stderr), (1, True), "what may not change")


@case(kubectl=True)
def patch_a_status(s):
    s.new_node("a")
    _well(s, s.kubectl("patch", "node", s.node_name("a"), "--subresource=status", "--type=merge", "-p",
                       '{"status":{"allocatable":{"aws.amazon.com/neuron":"0"}}}'), "patch")
    s.get(s.path("nodes", s.node_name("a")))


@case(kubectl=True)
def cordon_and_taint(s):
    name = s.new_node("a")["metadata"]["name"]
    _well(s, s.kubectl("cordon", name), "cordon")
    s.get(s.path("nodes", name))
    s.kubectl("cordon", name)
    _well(s, s.kubectl("uncordon", name), "uncordon")
    _well(s, s.kubectl("taint", "node", name, "k=v:NoSchedule"), "taint")
    s.get(s.path("nodes", name))
    _well(s, s.kubectl("taint", "node", name, "k-"), "untaint")
    s.get(s.path("nodes", name))


@case(kubectl=True)
def wait_for_a_condition(s):
    s.new_pod("p", nodeName="n1")
    _ready(s, "p")
    _well(s, s.kubectl("wait", "--for=condition=Ready", "pod/p", "--timeout=10s"), "ready")
    s.equal(s.kubectl("wait", "--for=condition=Other", "pod/p", "--timeout=1s").returncode, 1, "not so")
    _well(s, s.kubectl("wait", "--for=jsonpath={.status.phase}=Running", "pod/p", "--timeout=10s"), "jsonpath")


@case(kubectl=True)
def replace_and_edit_conflicts(s):
    made = s.new_pod("p")
    made["metadata"]["labels"] = {"a": "1"}
    _well(s, s.kubectl("replace", "-f", "-", stdin=json.dumps(made)), "replace")
    made["metadata"]["labels"] = {"a": "2"}
    done = s.kubectl("replace", "-f", "-", stdin=json.dumps(made))
    s.equal((done.returncode, "Conflict" in done.stderr), (1, True), "an old version")


@case(kubectl=True)
def resources_and_versions(s):
    done = s.kubectl("api-resources", "--no-headers", record=False)
    s.equal(done.returncode, 0, done.stderr)
    ours = [line.split() for line in done.stdout.splitlines()
            if line.split()[0] in ("pods", "nodes", "namespaces", "events", "leases", "bindings")]
    s.note("our resources", ours)
    s.check(len(ours) >= 6, done.stdout)
    done = s.kubectl("api-versions", record=False)
    s.note("our versions", [line for line in done.stdout.splitlines() if line in (
        "v1", "events.k8s.io/v1", "coordination.k8s.io/v1")])
    done = s.kubectl("version", record=False)
    s.check("Server Version: v1." in done.stdout, done.stdout)
    s.kubectl("cluster-info", record=False)


@case(kubectl=True)
def explain_a_field(s):
    s.kubectl("explain", "pod.spec.nodeName", differs={"out": "descriptions are not served"})


@case(kubectl=True)
def raw_requests(s):
    s.kubectl("get", "--raw", "/readyz")
    s.equal(s.kubectl("get", "--raw", "/nope").returncode, 1, "exit code")
