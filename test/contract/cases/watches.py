"""Watches: from where, what is seen, how they end."""

import time

from support.case import case
from support.session import TABLE, pod

INITIAL = {"sendInitialEvents": "true", "resourceVersionMatch": "NotOlderThan", "allowWatchBookmarks": "true"}
SERVER_TIME = 20  # Seconds after which the server ends a watch of these cases, if nothing else does.


def _shown(events):
    return [(kind, value["metadata"].get("name")) for kind, value in events]


def _label(s, name, **labels):
    s.patch(s.path("pods", name), {"metadata": {"labels": labels}}, record=False)


@case
def a_watch_goes_on_after_a_list(s):
    s.new_pod("old")
    listed = s.get(s.path("pods"))
    watch = s.watch(s.path("pods"), resourceVersion=listed.version, timeoutSeconds=SERVER_TIME)
    s.new_pod("new")
    _label(s, "new", a="b")
    s.delete(s.path("nodes", "unrelated"), record=False)
    s.delete(s.path("pods", "new"), record=False)
    s.equal(_shown(watch.take(4)), [("ADDED", "new"), ("MODIFIED", "new"), ("MODIFIED", "new"), ("DELETED", "new")],
            "events")


@case
def a_watch_from_an_object_s_version(s):
    made = s.new_pod("a")
    s.new_pod("b")
    _label(s, "a", x="y")
    watch = s.watch(s.path("pods"), resourceVersion=made["metadata"]["resourceVersion"], timeoutSeconds=SERVER_TIME)
    s.equal(_shown(watch.take(2)), [("ADDED", "b"), ("MODIFIED", "a")], "what came after it")


@case
def a_watch_from_zero_begins_with_what_is_there(s):
    for name in ("b", "a"):
        s.new_pod(name)
    s.get(s.path("pods"), record=False)
    watch = s.watch(s.path("pods"), resourceVersion="0", timeoutSeconds=SERVER_TIME)
    s.equal(sorted(_shown(watch.take(2, record=False))), [("ADDED", "a"), ("ADDED", "b")], "initial events")
    s.new_pod("c")
    s.equal(_shown(watch.take(1)), [("ADDED", "c")], "then the changes")


@case
def a_watch_without_a_version_begins_with_what_is_there(s):
    s.new_pod("a")
    watch = s.watch(s.path("pods"), timeoutSeconds=SERVER_TIME)
    s.equal(_shown(watch.take(1)), [("ADDED", "a")], "initial events")
    _label(s, "a", x="y")
    s.equal(_shown(watch.take(1)), [("MODIFIED", "a")], "then the changes")


@case
def a_streamed_list_ends_with_its_bookmark(s):
    for name in ("a", "b"):
        s.new_pod(name)
    watch = s.watch(s.path("pods"), **INITIAL, timeoutSeconds=SERVER_TIME)
    events = watch.take(3)
    s.equal(sorted(_shown(events[:2])), [("ADDED", "a"), ("ADDED", "b")], "initial events")
    kind, mark = events[2]
    s.equal((kind, mark["metadata"]["annotations"]), ("BOOKMARK", {"k8s.io/initial-events-end": "true"}), "bookmark")
    s.check(int(mark["metadata"]["resourceVersion"]) > 0, "with a version")
    s.new_pod("c")
    s.equal(_shown(watch.take(1)), [("ADDED", "c")], "then the changes")


@case
def a_streamed_list_of_nothing(s):
    watch = s.watch(s.path("pods"), **INITIAL, timeoutSeconds=SERVER_TIME)
    [(kind, mark)] = watch.take(1)
    s.equal((kind, mark["kind"]), ("BOOKMARK", "Pod"), "the bookmark alone")


@case
def a_streamed_list_of_all_namespaces_with_the_scheduler_s_selector(s):
    s.new_pod("live", labels={"only": s.ns})
    s.new_pod("done", labels={"only": s.ns})
    s.patch(s.path("pods", "done", "status"), {"status": {"phase": "Succeeded"}}, record=False)
    watch = s.watch("/api/v1/pods", **INITIAL, timeoutSeconds=SERVER_TIME, labelSelector=f"only={s.ns}",
                    fieldSelector="status.phase!=Succeeded,status.phase!=Failed")
    s.equal([kind for kind, _ in watch.take(2)], ["ADDED", "BOOKMARK"], "events")


@case
def a_streamed_list_needs_its_parameters(s):
    path = s.path("pods")
    for query in ({"sendInitialEvents": "true"}, {"sendInitialEvents": "true", "resourceVersionMatch": "Exact"},
                  {"resourceVersionMatch": "NotOlderThan", "resourceVersion": "0"}):
        watch = s.watch(path, timeoutSeconds=1, **query)
        s.failed(watch.refusal, 422, "Invalid", "resourceVersionMatch")
    s.failed(s.get(path, sendInitialEvents="true"), 422, "Invalid", "sendInitialEvents")


@case(server="plain")
def a_server_without_streamed_lists_refuses_them(s):
    watch = s.watch(s.path("pods"), **INITIAL, timeoutSeconds=1)
    s.failed(watch.refusal, 422, "Invalid",
             "sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled")


@case(server="plain")
def a_server_without_streamed_lists_lists_and_watches(s):
    s.new_pod("a")
    listed = s.get(s.path("pods"))
    watch = s.watch(s.path("pods"), resourceVersion=listed.version, allowWatchBookmarks="true",
                    timeoutSeconds=SERVER_TIME)
    s.new_pod("b")
    s.equal(_shown(watch.take(1)), [("ADDED", "b")], "events")


@case
def objects_move_into_and_out_of_a_selector(s):
    listed = s.get(s.path("pods"))
    watch = s.watch(s.path("pods"), resourceVersion=listed.version, labelSelector="app=x", timeoutSeconds=SERVER_TIME)
    s.new_pod("a", labels={"app": "y"})
    _label(s, "a", app="x")
    _label(s, "a", app="x", more="z")
    _label(s, "a", app="y")
    _label(s, "a", app="z")
    s.new_pod("b", labels={"app": "x"})
    events = watch.take(4)
    s.equal(_shown(events), [("ADDED", "a"), ("MODIFIED", "a"), ("DELETED", "a"), ("ADDED", "b")], "events")
    s.equal(events[2][1]["metadata"]["labels"]["app"], "x", "what left is shown as it last was inside")


@case
def pods_leave_the_scheduler_s_watch_when_they_end(s):
    listed = s.get(s.path("pods"))
    watch = s.watch(s.path("pods"), resourceVersion=listed.version, timeoutSeconds=SERVER_TIME,
                    fieldSelector="status.phase!=Succeeded,status.phase!=Failed")
    s.new_pod("a")
    s.bind("a")
    s.patch(s.path("pods", "a", "status"), {"status": {"phase": "Succeeded"}}, record=False)
    s.delete(s.path("pods", "a"), record=False)
    s.new_pod("b")
    s.equal(_shown(watch.take(4)), [("ADDED", "a"), ("MODIFIED", "a"), ("DELETED", "a"), ("ADDED", "b")], "events")


@case
def a_watch_of_one_node_s_pods(s):
    listed = s.get(s.path("pods"))
    watch = s.watch(s.path("pods"), resourceVersion=listed.version, fieldSelector="spec.nodeName=n1",
                    timeoutSeconds=SERVER_TIME)
    for name, node_name in (("a", "n1"), ("b", "n2"), ("c", "n1")):
        s.new_pod(name)
        s.bind(name, node_name)
    s.equal(_shown(watch.take(2)), [("ADDED", "a"), ("ADDED", "c")], "events")


@case
def a_watch_of_one_object_by_field(s):
    s.new_pod("a")
    listed = s.get(s.path("pods"), fieldSelector="metadata.name=b")
    watch = s.watch(s.path("pods"), resourceVersion=listed.version, fieldSelector="metadata.name=b",
                    timeoutSeconds=SERVER_TIME)
    _label(s, "a", x="y")
    s.new_pod("b")
    s.equal(_shown(watch.take(1)), [("ADDED", "b")], "events")


@case
def a_watch_ends_after_its_time(s):
    listed = s.get(s.path("pods"))
    began = time.monotonic()
    watch = s.watch(s.path("pods"), resourceVersion=listed.version, timeoutSeconds=1)
    s.equal(watch.rest(), [], "events")
    s.check(0.5 < time.monotonic() - began < 5, "after about one second")


@case
def a_bookmark_comes_before_the_end(s):
    """kube-apiserver sends one about two seconds before a watch's time is over, if it has seen something newer."""
    s.new_pod("a")
    listed = s.get(s.path("pods"))
    watch = s.watch(s.path("pods"), resourceVersion=listed.version, timeoutSeconds=3, allowWatchBookmarks="true",
                    fieldSelector="metadata.name=other")
    s.new_pod("b")
    events = watch.rest(record=False)
    s.check(events and {kind for kind, _ in events} == {"BOOKMARK"}, f"bookmarks alone: {_shown(events)}")
    mark = events[-1][1]
    s.note("a bookmark", mark)
    s.equal((mark["kind"], mark["apiVersion"]), ("Pod", "v1"), "kind")
    s.check(int(mark["metadata"]["resourceVersion"]) > int(listed.version), "newer than the list")


@case
def no_bookmarks_unless_allowed(s):
    listed = s.get(s.path("pods"))
    watch = s.watch(s.path("pods"), resourceVersion=listed.version, timeoutSeconds=3,
                    fieldSelector="metadata.name=other")
    s.new_pod("b")
    s.equal(watch.rest(), [], "events")


@case
def a_watch_from_a_version_yet_to_come_is_silent(s):
    """200 and nothing: the scheduler must not wait for ever (cluster/client/watch_fsm.hpp)."""
    version = int(s.get(s.path("pods"), record=False).version) + 1_000_000
    watch = s.watch(s.path("pods"), resourceVersion=version, timeoutSeconds=1)
    s.equal(watch.status, 200, "status")
    s.new_pod("a")
    s.equal(watch.rest(), [], "events")


@case
def watches_that_cannot_be(s):
    path = s.path("pods")
    for query, status in (({"resourceVersion": "x"}, 500), ({"timeoutSeconds": "x"}, 400),
                          ({"labelSelector": "a==="}, 400), ({"fieldSelector": "foo=x"}, 400),
                          ({"resourceVersion": "-1"}, 500)):
        watch = s.watch(path, **{"timeoutSeconds": 1, **query})
        s.equal(watch.status, status, str(query))


@case
def watch_may_be_written_as_true(s):
    listed = s.get(s.path("pods"))
    s.new_pod("a")
    watch = s.watch(s.path("pods"), watch="true", resourceVersion=listed.version, timeoutSeconds=SERVER_TIME)
    s.equal(_shown(watch.take(1)), [("ADDED", "a")], "events")


@case
def the_old_path_of_watches_works(s):
    listed = s.get(s.path("pods"))
    s.new_pod("a")
    watch = s.watch(f"/api/v1/watch/namespaces/{s.ns}/pods", resourceVersion=listed.version,
                    timeoutSeconds=SERVER_TIME)
    s.equal(_shown(watch.take(1)), [("ADDED", "a")], "events")


@case
def a_watch_of_a_table(s):
    """As kubectl get -w asks."""
    s.new_pod("a")
    watch = s.watch(s.path("pods"), TABLE, resourceVersion="0", timeoutSeconds=SERVER_TIME)
    first = watch.take(1)[0][1]
    s.equal(first["kind"], "Table", "kind")
    s.bind("a", "n1")
    second = watch.take(1)[0][1]
    s.equal(second.get("columnDefinitions"), None, "columns come once")


@case
def nodes_are_watched(s):
    listed = s.get(s.path("nodes"), labelSelector=f"only={s.ns}")
    watch = s.watch(s.path("nodes"), resourceVersion=listed.version, labelSelector=f"only={s.ns}",
                    timeoutSeconds=SERVER_TIME)
    s.new_node("a", labels={"only": s.ns})
    s.patch(s.path("nodes", s.node_name("a"), "status"), {"status": {"capacity": {"cpu": "9"}}}, record=False)
    s.delete(s.path("nodes", s.node_name("a")), record=False)
    s.equal([kind for kind, _ in watch.take(3)], ["ADDED", "MODIFIED", "DELETED"], "events")


@case
def leases_and_namespaces_are_watched(s):
    leases = s.watch(s.path("leases"), **INITIAL, timeoutSeconds=SERVER_TIME)
    leases.take(1)
    s.post(s.path("leases"), {"metadata": {"name": "l"}, "spec": {"holderIdentity": "a"}}, record=False)
    s.equal(_shown(leases.take(1)), [("ADDED", "l")], "lease")
    version = s.get(s.path("namespaces"), record=False).version
    watch = s.watch(s.path("namespaces"), resourceVersion=version, timeoutSeconds=SERVER_TIME,
                    labelSelector=f"kubernetes.io/metadata.name={s.ns}-more")
    s.post(s.path("namespaces"), {"metadata": {"name": s.ns + "-more"}}, record=False)
    s.equal(_shown(watch.take(1)), [("ADDED", s.ns + "-more")], "namespace")


@case
def many_watches_see_the_same(s):
    listed = s.get(s.path("pods"), record=False)
    watches = [s.watch(s.path("pods"), resourceVersion=listed.version, timeoutSeconds=SERVER_TIME)
               for _ in range(40)]
    for number in range(5):
        s.new_pod(f"p-{number}")
    first = watches[0].take(5)
    for watch in watches[1:]:
        s.equal(watch.take(5, record=False), first, "events")


@case
def a_write_is_seen_in_order_by_watch_and_list(s):
    """Versions in a watch grow, and a list is never behind a write that was answered."""
    listed = s.get(s.path("pods"), record=False)
    watch = s.watch(s.path("pods"), resourceVersion=listed.version, timeoutSeconds=SERVER_TIME)
    for number in range(20):
        s.post(s.path("pods"), pod(f"p-{number:02}"), record=False)
        s.equal(len(s.get(s.path("pods"), record=False)["items"]), number + 1, "a list after a write")
    versions = [int(value["metadata"]["resourceVersion"]) for _, value in watch.take(20, record=False)]
    s.equal(versions, sorted(set(versions)), "versions in a watch")
