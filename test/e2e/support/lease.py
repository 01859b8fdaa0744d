"""The Lease by which replicas of the scheduler elect a leader."""

import re

import api  # from test/controlplane

PATH = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/neuron-scheduler"


def is_renewal(method, path):
    return method in ("PUT", "PATCH") and re.match(re.escape(PATH) + r"(\?|$)", path) is not None


def holder(client):
    """Who has it; "" if nobody."""
    try:
        return client.request("GET", PATH)["spec"].get("holderIdentity", "")
    except api.ApiError as error:
        if error.status != 404:
            raise
        return ""


def forget(client):
    """Makes it free at once."""
    try:
        client.request("DELETE", PATH)
    except api.ApiError as error:
        if error.status != 404:
            raise
