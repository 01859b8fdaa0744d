"""Events: one store, seen by events.k8s.io/v1 and by core/v1."""

from support.case import case
from support.session import STRATEGIC, event, reference


@case
def the_scheduler_s_event_is_taken(s):
    made = s.new_pod("p")
    body = event("p.1", {**reference(made), "resourceVersion": made["metadata"]["resourceVersion"]})
    answer = s.post(s.path("events"), body)
    s.equal(answer.status, 201, "status")
    s.equal((answer["note"], answer["regarding"]["name"]), ("Successfully assigned", "p"), "note and regarding")
    s.equal(s.get(s.path("events", "p.1")).body, answer.body, "read back")


@case
def core_sees_the_new_group_s_events(s):
    made = s.new_pod("p")
    s.new("events", event("p.1", reference(made)))
    answer = s.get(s.path("core events", "p.1"))
    s.equal((answer.status, answer["message"], answer["involvedObject"]["name"], answer["apiVersion"]),
            (200, "Successfully assigned", "p", "v1"), "as core shows it")
    s.equal(answer["reportingComponent"], "neuron-scheduler", "reportingComponent")


@case
def the_new_group_sees_core_s_events(s):
    made = s.new_pod("p")
    s.post(s.path("core events"), {
        "apiVersion": "v1", "kind": "Event", "metadata": {"name": "p.2"}, "involvedObject": reference(made),
        "reason": "Pulled", "message": "Image pulled", "source": {"component": "kubelet", "host": "n"},
        "firstTimestamp": "2026-11-01T00:00:00Z", "lastTimestamp": "2026-11-01T00:01:00Z", "count": 3,
        "type": "Normal"})
    answer = s.get(s.path("events", "p.2"))
    s.equal((answer["note"], answer["deprecatedCount"], answer["deprecatedSource"]["component"]),
            ("Image pulled", 3, "kubelet"), "as the new group shows it")


@case
def events_are_listed_in_both_groups(s):
    made = s.new_pod("p")
    for number in range(3):
        s.new("events", event(f"p.{number}", reference(made)))
    for resource in ("events", "core events"):
        names = [each["metadata"]["name"] for each in s.get(s.path(resource))["items"]]
        s.equal(names, ["p.0", "p.1", "p.2"], resource)


@case
def events_are_selected_by_their_object(s):
    """As kubectl describe and get events --for do."""
    one, other = s.new_pod("one"), s.new_pod("other")
    s.new("events", event("one.1", reference(one)))
    s.new("events", event("other.1", reference(other), type="Warning", reason="FailedScheduling"))

    def names(resource, selector):
        return [each["metadata"]["name"] for each in s.get(s.path(resource), fieldSelector=selector)["items"]]
    s.equal(names("core events", f"involvedObject.name=one,involvedObject.namespace={s.ns},"
                                 f"involvedObject.kind=Pod,involvedObject.uid={one['metadata']['uid']}"),
            ["one.1"], "by object")
    s.equal(names("core events", "type=Warning"), ["other.1"], "by type")
    s.equal(names("events", "regarding.name=other"), ["other.1"], "in the new group")
    s.equal(names("events", "reason=Scheduled"), ["one.1"], "by reason")


@case
def events_are_watched(s):
    made = s.new_pod("p")
    listed = s.get(s.path("events"))
    new, core = (s.watch(s.path(name), resourceVersion=listed.version) for name in ("events", "core events"))
    s.new("events", event("p.1", reference(made)))
    s.equal(new.take(1)[0][1]["note"], "Successfully assigned", "the new group")
    s.equal(core.take(1)[0][1]["message"], "Successfully assigned", "core")


@case
def an_event_series_is_patched(s):
    made = s.new_pod("p")
    s.new("events", event("p.1", reference(made)))
    answer = s.patch(s.path("events", "p.1"), {"series": {"count": 2, "lastObservedTime":
                                                          "2026-11-01T00:05:00.000000Z"}}, STRATEGIC)
    s.equal((answer.status, answer["series"]["count"]), (200, 2), "series")


@case
def an_event_twice_is_a_conflict(s):
    made = s.new_pod("p")
    s.new("events", event("p.1", reference(made)))
    s.failed(s.post(s.path("events"), event("p.1", reference(made))), 409, "AlreadyExists")


@case
def an_event_of_another_namespace_is_refused(s):
    made = s.new_pod("p")
    s.failed(s.post(s.path("core events"), {
        "metadata": {"name": "p.1"}, "involvedObject": {**reference(made), "namespace": "default"}, "reason": "R",
        "message": "m", "type": "Normal"}), 422, "Invalid", "involvedObject.namespace")


@case
def an_event_about_a_node_goes_to_default(s):
    made = s.new_node("a")
    body = event(f"{s.ns}.1", reference(made))
    answer = s.post(s.path("events", namespace="default"), body)
    s.equal(answer.status, 201, "status")


@case
def an_event_needs_its_fields(s):
    made = s.new_pod("p")
    for number, (field, value) in enumerate((("reportingController", ""), ("reportingInstance", "x" * 129),
                                             ("action", ""), ("reason", "x" * 129), ("note", "x" * 1025),
                                             ("type", "Other"), ("eventTime", None))):
        answer = s.post(s.path("events"), event(f"p.{number}", reference(made), **{field: value}))
        s.failed(answer, 422, "Invalid")


@case
def an_event_is_deleted(s):
    made = s.new_pod("p")
    s.new("events", event("p.1", reference(made)))
    answer = s.delete(s.path("events", "p.1"))
    s.equal((answer.status, answer["kind"]), (200, "Status"), "answer")
    s.failed(s.get(s.path("core events", "p.1")), 404, "NotFound")
