"""Deleting, with and without grace."""

from support.case import case
from support.session import GO_WORDS, pod

NOW = {"apiVersion": "v1", "kind": "DeleteOptions", "gracePeriodSeconds": 0}


@case
def an_unbound_pod_goes_at_once(s):
    made = s.new_pod("p")
    watch = s.watch(s.path("pods"), resourceVersion=made["metadata"]["resourceVersion"])
    answer = s.delete(s.path("pods", "p"))
    s.equal((answer.status, answer["kind"]), (200, "Pod"), "answer")
    s.failed(s.get(s.path("pods", "p")), 404, "NotFound")
    s.equal([kind for kind, _ in watch.take(2)], ["MODIFIED", "DELETED"], "events")


@case
def a_bound_pod_gets_its_grace(s):
    made = s.new_pod("p")
    s.bind("p")
    watch = s.watch(s.path("pods"), resourceVersion=made["metadata"]["resourceVersion"])
    answer = s.delete(s.path("pods", "p"))
    s.equal((answer.status, answer["metadata"]["deletionGracePeriodSeconds"]), (200, 30), "answer")
    s.check("deletionTimestamp" in answer["metadata"], "deletionTimestamp")
    again = s.delete(s.path("pods", "p"))
    s.equal(again["metadata"], answer["metadata"], "a second delete changes nothing")
    gone = s.delete(s.path("pods", "p"), NOW)
    s.equal((gone.status, gone["metadata"]["deletionGracePeriodSeconds"]), (200, 0), "the last answer")
    s.failed(s.get(s.path("pods", "p")), 404, "NotFound")
    s.equal([kind for kind, _ in watch.take(4)], ["MODIFIED", "MODIFIED", "MODIFIED", "DELETED"], "events")


@case
def a_shorter_grace_wins(s):
    s.new_pod("p", nodeName="anywhere")
    s.delete(s.path("pods", "p"), {"gracePeriodSeconds": 20})
    shorter = s.delete(s.path("pods", "p"), {"gracePeriodSeconds": 5})
    s.equal(shorter["metadata"]["deletionGracePeriodSeconds"], 5, "shorter")
    longer = s.delete(s.path("pods", "p"), {"gracePeriodSeconds": 25})
    s.equal(longer["metadata"]["deletionGracePeriodSeconds"], 5, "longer")


@case
def the_pod_s_own_grace_is_the_default(s):
    s.new_pod("p", nodeName="anywhere", terminationGracePeriodSeconds=7)
    s.equal(s.delete(s.path("pods", "p"))["metadata"]["deletionGracePeriodSeconds"], 7, "grace")


@case
def a_pod_without_grace_goes_at_once(s):
    s.new_pod("p", nodeName="anywhere", terminationGracePeriodSeconds=0)
    s.delete(s.path("pods", "p"))
    s.get(s.path("pods", "p"))


@case
def a_terminal_pod_goes_at_once(s):
    s.new_pod("p", nodeName="anywhere")
    s.patch(s.path("pods", "p", "status"), {"status": {"phase": "Succeeded"}})
    s.equal(s.delete(s.path("pods", "p")).status, 200, "status")
    s.failed(s.get(s.path("pods", "p")), 404, "NotFound")


@case
def the_grace_may_be_in_the_query(s):
    s.new_pod("p", nodeName="anywhere")
    s.equal(s.delete(s.path("pods", "p"), gracePeriodSeconds=0).status, 200, "status")
    s.failed(s.get(s.path("pods", "p")), 404, "NotFound")


@case
def deleting_what_is_not_there(s):
    answer = s.delete(s.path("pods", "p"))
    s.failed(answer, 404, "NotFound", 'pods "p" not found')
    s.failed(s.delete(s.path("nodes", s.node_name("none"))), 404, "NotFound")


@case
def a_uid_precondition_is_kept(s):
    made = s.new_pod("p")
    answer = s.delete(s.path("pods", "p"), {"preconditions": {"uid": "00000000-0000-0000-0000-000000000001"}})
    s.failed(answer, 409, "Conflict", "the UID in the precondition")
    s.equal(s.delete(s.path("pods", "p"), {"preconditions": {"uid": made["metadata"]["uid"]}}).status, 200, "status")


@case
def a_version_precondition_is_kept(s):
    made = s.new_pod("p")
    s.patch(s.path("pods", "p"), {"metadata": {"labels": {"a": "b"}}})
    answer = s.delete(s.path("pods", "p"),
                      {"preconditions": {"resourceVersion": made["metadata"]["resourceVersion"]}},
                      differs={"body.message": "it quotes both resourceVersions"})
    s.failed(answer, 409, "Conflict", "the ResourceVersion in the precondition")
    s.equal(s.get(s.path("pods", "p")).status, 200, "it is still there")


@case
def finalizers_hold_a_pod(s):
    made = s.new_pod("p", metadata={"finalizers": ["example.com/hold"]})
    watch = s.watch(s.path("pods"), resourceVersion=made["metadata"]["resourceVersion"])
    s.delete(s.path("pods", "p"), NOW)
    s.check("deletionTimestamp" in s.get(s.path("pods", "p"))["metadata"], "it waits")
    s.patch(s.path("pods", "p"), {"metadata": {"finalizers": None}})
    s.failed(s.get(s.path("pods", "p")), 404, "NotFound")
    s.equal([kind for kind, _ in watch.take(2)], ["MODIFIED", "DELETED"], "events")


@case
def a_name_can_be_used_again(s):
    first = s.new_pod("p")
    s.delete(s.path("pods", "p"))
    second = s.new_pod("p", record=True)
    s.check(first["metadata"]["uid"] != second["metadata"]["uid"], "another uid")


@case
def a_dry_run_deletes_nothing(s):
    s.new_pod("p")
    s.equal(s.delete(s.path("pods", "p"), {"dryRun": ["All"]}).status, 200, "status")
    s.equal(s.get(s.path("pods", "p")).status, 200, "still there")


@case
def a_collection_is_deleted(s):
    for name, app in (("a", "x"), ("b", "y"), ("c", "x")):
        s.new_pod(name, labels={"app": app})
    answer = s.delete(s.path("pods"), NOW, labelSelector="app=x")
    s.equal((answer.status, answer["kind"]), (200, "PodList"), "answer")
    left = s.get(s.path("pods"))
    s.equal([each["metadata"]["name"] for each in left["items"]], ["b"], "what is left")


@case
def the_event_of_a_delete_has_a_newer_version(s):
    made = s.new_node("a", labels={"only": s.ns})
    watch = s.watch(s.path("nodes"), resourceVersion=made["metadata"]["resourceVersion"],
                    labelSelector=f"only={s.ns}")
    s.delete(s.path("nodes", s.node_name("a")))
    [(kind, gone)] = watch.take(1)
    s.equal(kind, "DELETED", "event")
    s.check(int(gone["metadata"]["resourceVersion"]) > int(made["metadata"]["resourceVersion"]), "the version grew")
    s.equal({**gone["metadata"], "resourceVersion": made["metadata"]["resourceVersion"]}, made["metadata"],
            "all else is the last state")


@case
def bad_delete_options_are_refused(s):
    s.new_pod("p")
    s.failed(s.delete(s.path("pods", "p"), "{bad", differs={"body.message": GO_WORDS}), 400, "BadRequest")
    s.failed(s.delete(s.path("pods", "p"), {"gracePeriodSeconds": "x"}, differs={"body.message": GO_WORDS}), 400,
             "BadRequest", "DeleteOptions.gracePeriodSeconds of type int64")
    s.failed(s.delete(s.path("pods", "p"), {"propagationPolicy": "Sometimes"}), 422, "Invalid", "propagationPolicy")
    s.failed(s.delete(s.path("pods", "p"), pod("p"), differs={"body.message": GO_WORDS}), 400, "BadRequest",
             'no kind "Pod" is registered for version "v1"')
    s.equal(s.get(s.path("pods", "p")).status, 200, "still there")


@case
def a_negative_grace_is_one_second(s):
    s.new_pod("p", nodeName="anywhere")
    s.delete(s.path("pods", "p"), {"gracePeriodSeconds": -1})
