"""Leases, as leader election uses them."""

from support.case import case
from support.session import lease

TIME = "2026-11-01T00:00:00.000000Z"


@case
def a_lease_is_taken_and_renewed(s):
    s.failed(s.get(s.path("leases", "neuron-scheduler")), 404, "NotFound", 'leases.coordination.k8s.io')
    made = s.new("leases", lease("neuron-scheduler", holderIdentity="a", leaseDurationSeconds=15, acquireTime=TIME,
                                 renewTime=TIME, leaseTransitions=0), record=True)
    s.equal(made["spec"]["holderIdentity"], "a", "holder")
    made["spec"]["renewTime"] = "2026-11-01T00:00:02.000000Z"
    answer = s.put(s.path("leases", "neuron-scheduler"), made)
    s.equal((answer.status, answer["spec"]["renewTime"]), (200, "2026-11-01T00:00:02.000000Z"), "renewed")


@case
def two_candidates_cannot_both_take_it(s):
    made = s.new("leases", lease("l", holderIdentity="", leaseDurationSeconds=15, leaseTransitions=0))
    made["spec"]["holderIdentity"] = "a"
    s.equal(s.put(s.path("leases", "l"), made).status, 200, "the first")
    made["spec"]["holderIdentity"] = "b"
    answer = s.put(s.path("leases", "l"), made)
    s.failed(answer, 409, "Conflict", 'leases.coordination.k8s.io "l"')
    s.equal(answer["details"], {"name": "l", "group": "coordination.k8s.io", "kind": "leases"}, "details")


@case
def a_lease_twice_is_a_conflict(s):
    s.new("leases", lease("l"))
    s.failed(s.post(s.path("leases"), lease("l")), 409, "AlreadyExists", "leases.coordination.k8s.io")


@case
def a_bad_lease_is_refused(s):
    s.failed(s.post(s.path("leases"), lease("l", leaseDurationSeconds=0)), 422, "Invalid", "leaseDurationSeconds")
    s.failed(s.post(s.path("leases"), lease("l", leaseTransitions=-1)), 422, "Invalid", "leaseTransitions")
    s.failed(s.post(s.path("leases"), lease("l", renewTime="yesterday")), 400, "BadRequest")


@case
def leases_are_listed_and_deleted(s):
    s.new("leases", lease("l", holderIdentity="a"))
    s.equal(s.get(s.path("leases"))["kind"], "LeaseList", "kind")
    answer = s.delete(s.path("leases", "l"))
    s.equal((answer.status, answer["details"]["name"]), (200, "l"), "deleted")
