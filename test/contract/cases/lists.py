"""Lists: pages, versions, selectors."""

from support.case import case
from support.session import GO_WORDS, pod


def _names(answer):
    return [each["metadata"]["name"] for each in answer["items"]]


@case
def an_empty_list(s):
    answer = s.get(s.path("pods"))
    s.equal((answer.status, answer["kind"], answer["items"]), (200, "PodList", []), "list")
    s.check(int(answer.version) > 0, "a version")


@case
def a_list_is_in_order_of_names(s):
    for name in ("b", "c", "a"):
        s.new_pod(name)
    answer = s.get(s.path("pods"))
    s.equal(_names(answer), ["a", "b", "c"], "names")
    s.check("kind" not in answer["items"][0] and "apiVersion" not in answer["items"][0], "items have no kind")


@case
def a_list_of_all_namespaces_is_in_order_of_keys(s):
    """NAMESPACE/NAME, byte by byte: the dash is before the slash."""
    s.post(s.path("namespaces"), {"metadata": {"name": s.ns + "-z"}}, record=False)
    for name, namespace in (("a", s.ns + "-z"), ("b", s.ns)):
        s.post(s.path("pods", namespace=namespace), pod(name, labels={"only": s.ns}), record=False)
    answer = s.get("/api/v1/pods", labelSelector=f"only={s.ns}")
    s.equal(_names(answer), ["a", "b"], "names")


@case
def a_list_version_is_of_all_changes(s):
    made = s.new_pod("a")
    answer = s.get(s.path("pods"))
    s.check(int(answer.version) >= int(made["metadata"]["resourceVersion"]), "a consistent list is not older")


@case
def a_list_comes_in_pages(s):
    for number in range(5):
        s.new_pod(f"p-{number}")
    first = s.get(s.path("pods"), limit=2)
    s.equal(_names(first), ["p-0", "p-1"], "page 1")
    s.equal(first["metadata"]["remainingItemCount"], 3, "remainingItemCount")
    s.new_pod("p-9")
    second = s.get(s.path("pods"), limit=2, **{"continue": first["metadata"]["continue"]})
    s.equal(_names(second), ["p-2", "p-3"], "page 2")
    s.equal(second.version, first.version, "all pages have one version")
    third = s.get(s.path("pods"), limit=2, **{"continue": second["metadata"]["continue"]})
    s.equal(_names(third), ["p-4"], "page 3: what came later is not in it")
    s.check("continue" not in third["metadata"], "no more")


@case
def a_page_that_holds_all(s):
    s.new_pod("a")
    answer = s.get(s.path("pods"), limit=500)
    s.check("continue" not in answer["metadata"] and "remainingItemCount" not in answer["metadata"], "no more")


@case
def pages_with_a_selector_do_not_count(s):
    for number in range(4):
        s.new_pod(f"p-{number}", labels={"even": str(number % 2 == 0).lower()})
    first = s.get(s.path("pods"), limit=1, labelSelector="even=true")
    s.equal(_names(first), ["p-0"], "page 1")
    s.check("remainingItemCount" not in first["metadata"], "no count")
    second = s.get(s.path("pods"), limit=1, labelSelector="even=true", **{"continue": first["metadata"]["continue"]},
                   differs={"body.metadata.continue": "a real server has not looked whether any of the rest matches"})
    s.equal(_names(second), ["p-2"], "page 2")


@case
def a_page_remembers_deleted_objects(s):
    for number in range(3):
        s.new_pod(f"p-{number}")
    first = s.get(s.path("pods"), limit=1)
    s.delete(s.path("pods", "p-1"), record=False)
    second = s.get(s.path("pods"), limit=5, **{"continue": first["metadata"]["continue"]})
    s.equal(_names(second), ["p-1", "p-2"], "page 2")


@case
def bad_pages_are_refused(s):
    s.failed(s.get(s.path("pods"), limit="many"), 400, "BadRequest")
    s.failed(s.get(s.path("pods"), **{"continue": "nonsense"}, differs={
        "body.message": GO_WORDS}), 400, "BadRequest", "continue key is not valid")
    s.new_pod("a")
    s.new_pod("b")
    token = s.get(s.path("pods"), limit=1)["metadata"]["continue"]
    s.failed(s.get(s.path("pods"), resourceVersion="5", **{"continue": token}), 400, "BadRequest",
             "specifying resource version is not allowed when using continue")


@case
def version_zero_takes_what_there_is(s):
    s.new_pod("a")
    s.new_pod("b")
    s.get(s.path("pods"), record=False)  # After a consistent list the cache knows them.
    answer = s.get(s.path("pods"), resourceVersion="0")
    s.equal(_names(answer), ["a", "b"], "names")
    s.check(int(answer.version) > 0, "a real version")
    answer = s.get(s.path("pods"), resourceVersion="0", limit=1)
    s.equal(_names(answer), ["a", "b"], "limit is ignored")


@case
def a_list_not_older_than(s):
    made = s.new_pod("a")
    version = made["metadata"]["resourceVersion"]
    for more in ({}, {"resourceVersionMatch": "NotOlderThan"}):
        answer = s.get(s.path("pods"), resourceVersion=version, **more)
        s.equal(_names(answer), ["a"], str(more))
        s.check(int(answer.version) >= int(version), "not older")


@case
def a_list_of_an_exact_version(s):
    made = s.new_pod("a")
    s.new_pod("b")
    answer = s.get(s.path("pods"), resourceVersion=made["metadata"]["resourceVersion"], resourceVersionMatch="Exact")
    s.equal(_names(answer), ["a"], "as it was")
    s.equal(answer.version, made["metadata"]["resourceVersion"], "the version asked for")


@case
def versions_that_cannot_be(s):
    path = s.path("pods")
    s.failed(s.get(path, resourceVersion="x"), 400, "BadRequest", "invalid resource version")
    s.failed(s.get(path, resourceVersionMatch="Exact"), 422, "Invalid", "forbidden unless resourceVersion is provided")
    s.failed(s.get(path, resourceVersion="1", resourceVersionMatch="Sometimes"), 422, "Invalid", "Unsupported value")
    s.failed(s.get(path, resourceVersion="0", resourceVersionMatch="Exact"), 422, "Invalid", "forbidden")
    s.failed(s.get(path, resourceVersionMatch="NotOlderThan"), 422, "Invalid")


@case
def a_version_that_is_yet_to_come(s):
    version = int(s.get(s.path("pods"), record=False).version) + 1_000_000
    answer = s.get(s.path("pods"), resourceVersion=version, record=False)
    s.failed(answer, 504, "Timeout", "Too large resource version")
    s.equal((answer["details"]["retryAfterSeconds"], answer["details"]["causes"][0]["reason"]),
            (1, "ResourceVersionTooLarge"), "details")
    s.equal(answer.headers.get("retry-after"), "1", "Retry-After")
    s.note("details", answer["details"])


@case
def one_object_from_version_zero(s):
    made = s.new_pod("a")
    s.get(s.path("pods"), record=False)
    s.equal(s.get(s.path("pods", "a"), resourceVersion="0").body, made, "the pod")
    s.failed(s.get(s.path("pods", "a"), resourceVersion="x"), 500, "", "Invalid value")


@case
def label_selectors(s):
    for name, labels in (("a", {"app": "x", "tier": "1"}), ("b", {"app": "y", "tier": "2"}), ("c", {"tier": "30"}),
                         ("d", {})):
        s.new_pod(name, labels=labels)
    for selector, wanted in (("app=x", "a"), ("app==x", "a"), ("app!=x", "bcd"), ("app", "ab"), ("!app", "cd"),
                             ("app in (x,y)", "ab"), ("app notin (x)", "bcd"), ("tier>1", "bc"), ("tier<30", "ab"),
                             ("app=x,tier=1", "a"), ("app=x,tier=2", ""), ("", "abcd"), ("app=", ""),
                             (" app = x ", "a"), ("app in ()", "")):
        answer = s.get(s.path("pods"), labelSelector=selector)
        s.equal("".join(_names(answer)), wanted, f"labelSelector {selector!r}")


@case
def bad_label_selectors(s):
    for selector in ("a===b", "a in", "a in (b", "=x", "a b", "a,,b", "-a=b", "a=b!", "a>x", "!", "a=b,"):
        answer = s.get(s.path("pods"), labelSelector=selector)
        if answer.status != 200:
            s.failed(answer, 400, "BadRequest")


@case
def field_selectors_of_pods(s):
    s.new_pod("a", nodeName="n1", schedulerName="neuron-scheduler")
    s.new_pod("b", restartPolicy="Never")
    s.new_pod("c", nodeName="n1")
    s.patch(s.path("pods", "c", "status"), {"status": {"phase": "Succeeded", "podIPs": [{"ip": "192.0.2.9"}],
                                                       "podIP": "192.0.2.9"}})
    for selector, wanted in (("metadata.name=a", "a"), ("metadata.name!=a", "bc"), ("spec.nodeName=n1", "ac"),
                             ("spec.nodeName=", "b"), ("spec.nodeName!=", "ac"), ("status.phase=Succeeded", "c"),
                             ("status.phase!=Succeeded,status.phase!=Failed", "ab"),
                             ("spec.schedulerName=neuron-scheduler", "a"), ("spec.restartPolicy=Never", "b"),
                             (f"metadata.namespace={s.ns}", "abc"), ("metadata.namespace=other", ""),
                             ("status.podIP=192.0.2.9", "c"), ("spec.nodeName=n1,status.phase=Pending", "a"),
                             ("metadata.name==a", "a"), ("", "abc")):
        answer = s.get(s.path("pods"), fieldSelector=selector)
        s.equal("".join(_names(answer)), wanted, f"fieldSelector {selector!r}")


@case
def the_scheduler_s_own_selector(s):
    """cluster/client/informer.cpp: pods that still count, of all namespaces."""
    s.new_pod("live", labels={"only": s.ns})
    s.new_pod("done", labels={"only": s.ns})
    s.patch(s.path("pods", "done", "status"), {"status": {"phase": "Failed"}})
    answer = s.get("/api/v1/pods?fieldSelector=status.phase%21%3DSucceeded%2Cstatus.phase%21%3DFailed"
                   f"&limit=5000&labelSelector=only%3D{s.ns}")
    s.equal(_names(answer), ["live"], "names")


@case
def field_selectors_of_other_kinds(s):
    s.new_node("a", labels={"only": s.ns})
    s.new_node("b", labels={"only": s.ns}, unschedulable=True)
    for selector, wanted in ((f"metadata.name={s.node_name('a')}", ["a"]), ("spec.unschedulable=true", ["b"]),
                             ("spec.unschedulable=false", ["a"])):
        answer = s.get("/api/v1/nodes", fieldSelector=selector, labelSelector=f"only={s.ns}")
        s.equal(_names(answer), [s.node_name(each) for each in wanted], selector)
    s.get(s.path("namespaces"), fieldSelector=f"metadata.name={s.ns}")
    s.get(s.path("leases"), fieldSelector="metadata.name=x")


@case
def bad_field_selectors(s):
    for selector in ("foo=bar", "foo", "metadata.name", "metadata.name>a", "spec.unknown=x", "status.phase in (a)",
                     "metadata.name=a,,"):
        answer = s.get(s.path("pods"), fieldSelector=selector)
        if answer.status != 200:
            s.failed(answer, 400, "BadRequest")
    s.failed(s.get("/api/v1/nodes", fieldSelector="spec.nodeName=x"), 400, "BadRequest", "field label not supported")


@case(server="plain")
def a_list_of_a_forgotten_version_has_expired(s):
    for number in range(3):
        s.new_pod(f"p-{number}")
    old = s.get(s.path("pods"), limit=1, record=False)
    for number in range(3):
        s.delete(s.path("pods", f"p-{number}"), record=False)
    s.server.forget_history()
    s.failed(s.get(s.path("pods"), resourceVersion=old.version, resourceVersionMatch="Exact", record=False), 410,
             "Expired", "The resourceVersion for the provided list is too old.")
    answer = s.get(s.path("pods"), limit=1, record=False, **{"continue": old["metadata"]["continue"]})
    s.failed(answer, 410, "Expired", "The provided continue parameter is too old to display a consistent list result")
    s.note("the Status of the page", {**answer.body, "metadata": sorted(answer["metadata"])})
    s.equal(s.get(s.path("pods"), resourceVersion="0").status, 200, "any version")
    old_watch = s.watch(s.path("pods"), resourceVersion=old.version)
    [(kind, status)] = old_watch.rest(record=False)
    s.equal((kind, status["code"], status["reason"]), ("ERROR", 410, "Expired"), "a watch from there")
    s.note("the Status in the watch", status)
