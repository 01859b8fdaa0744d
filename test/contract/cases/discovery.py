"""What clients read before they do anything."""

from support.case import case

AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"
SERVED = {"pods", "pods/status", "pods/binding", "nodes", "nodes/status", "namespaces", "namespaces/status", "events",
          "bindings", "leases"}


def _served(resources):
    """The resources that both servers have."""
    return {each["name"]: each for each in resources if each["name"] in SERVED}


@case
def the_version(s):
    answer = s.get("/version", record=False)
    s.equal((answer.status, answer.type), (200, "application/json"), "answer")
    s.check({"major", "minor", "gitVersion", "platform", "goVersion", "compiler", "gitCommit", "gitTreeState",
             "buildDate"} <= set(answer.body), f"fields: {sorted(answer.body)}")
    s.check(answer["gitVersion"].startswith(f"v{answer['major']}.{answer['minor']}."), "gitVersion agrees")
    s.note("major and minor", [answer["major"], answer["minor"]])


@case
def health(s):
    for path in ("/healthz", "/livez", "/readyz", "/readyz/ping", "/livez/ping", "/healthz/ping"):
        answer = s.get(path)
        s.equal((answer.status, answer.text), (200, "ok"), path)
    s.equal(s.get("/readyz/no-such-check").status, 404, "a check that is not there")


@case
def the_core_api(s):
    answer = s.get("/api", differs={"body.serverAddressByClientCIDRs": "the embedded server does not tell its address"})
    s.equal((answer.status, answer["kind"], answer["versions"]), (200, "APIVersions", ["v1"]), "/api")
    resources = s.get("/api/v1", record=False)
    s.equal((resources["kind"], resources["groupVersion"]), ("APIResourceList", "v1"), "/api/v1")
    found = _served(resources["resources"])
    s.note("resources of v1", found)
    s.check({"pods", "pods/status", "pods/binding", "nodes", "nodes/status", "namespaces", "events"} <= set(found),
            f"served: {sorted(found)}")
    s.equal(found["pods"]["shortNames"], ["po"], "short name")


@case
def the_groups(s):
    answer = s.get("/apis", record=False)
    s.equal((answer.status, answer["kind"]), (200, "APIGroupList"), "/apis")
    groups = {each["name"]: each for each in answer["groups"]
              if each["name"] in ("events.k8s.io", "coordination.k8s.io")}
    s.equal(len(groups), 2, f"groups: {sorted(groups)}")
    s.note("groups", groups)
    for path in ("/apis/events.k8s.io", "/apis/coordination.k8s.io", "/apis/events.k8s.io/v1",
                 "/apis/coordination.k8s.io/v1"):
        s.equal(s.get(path).status, 200, path)


@case
def the_aggregated_documents(s):
    """As kubectl reads them: two requests for everything."""
    core = s.get("/api", accept=AGGREGATED, record=False)
    s.equal(core["kind"], "APIGroupDiscoveryList", "/api")
    s.note("its type", core.type)
    [group] = core["items"]
    s.note("core group", {"metadata": group["metadata"], "versions": [
        {**version, "resources": None} for version in group["versions"]]})
    resources = {each["resource"]: each for each in group["versions"][0]["resources"]}
    for name in ("pods", "nodes", "namespaces", "events"):
        found = {**resources[name], "subresources": [each for each in resources[name].get("subresources", [])
                                                     if f"{name}/{each['subresource']}" in SERVED]}
        s.note(name, found)
    groups = s.get("/apis", accept=AGGREGATED, record=False)
    found = {each["metadata"]["name"]: each for each in groups["items"]}
    for name in ("events.k8s.io", "coordination.k8s.io"):
        versions = [each for each in found[name]["versions"] if each["version"] == "v1"]
        s.note(name, {"metadata": found[name]["metadata"], "versions": [{**version, "resources": [
            each for each in version["resources"] if each["resource"] in SERVED]} for version in versions]})


@case
def open_api_is_there(s):
    """kubectl explain and server-side validation read it: our kinds are in it."""
    index = s.get("/openapi/v3", record=False)
    s.equal(index.status, 200, "/openapi/v3")
    for path in ("api/v1", "apis/events.k8s.io/v1", "apis/coordination.k8s.io/v1"):
        s.check(path in index["paths"], f"{path} is in the index")
    document = s.get(index["paths"]["api/v1"]["serverRelativeURL"], record=False)
    schemas = document["components"]["schemas"]
    s.check("io.k8s.api.core.v1.Pod" in schemas, "Pod is described")
    s.note("how a Pod is marked", schemas["io.k8s.api.core.v1.Pod"]["x-kubernetes-group-version-kind"])


@case
def the_root_lists_paths(s):
    answer = s.get("/", record=False)
    s.equal(answer.status, 200, "status")
    s.check({"/api", "/api/v1", "/apis", "/version", "/healthz", "/readyz", "/livez", "/openapi/v3"} <=
            set(answer["paths"]), "paths")
