#!/usr/bin/env python3
"""Writes what a real kube-apiserver says to the cases of recorded_writes.json into it, which validation_test.cpp
holds the embedded server's pure pieces to. Needs Go (test/controlplane); run by hand after adding a case.

A case creates `object`; one with `patch` (a JSON merge patch, of the subresource `part` if given) is about that patch.
What a server makes up (uid, times, versions) is left out of the answers, as is the message, which repeats the causes.
"""

import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "controlplane"))

from controlplane import ControlPlane  # noqa: E402

FILE = HERE / "recorded_writes.json"
PATHS = {
    "pods": "/api/v1/namespaces/default/pods",
    "nodes": "/api/v1/nodes",
    "namespaces": "/api/v1/namespaces",
    "coreevents": "/api/v1/namespaces/default/events",
    "events": "/apis/events.k8s.io/v1/namespaces/default/events",
    "leases": "/apis/coordination.k8s.io/v1/namespaces/default/leases",
}
MADE_UP = ("uid", "resourceVersion", "creationTimestamp", "managedFields")


class Server:
    def __init__(self, plane):
        # The client's own requests raise without the causes.
        self._connection = plane.admin._connect(30)

    def send(self, method, path, body=None, content_type="application/json"):
        headers = {"Content-Type": content_type, "Accept": "application/json"}
        data = None if body is None else json.dumps(body)
        self._connection.request(method, path, data, headers)
        response = self._connection.getresponse()
        return response.status, json.loads(response.read())

    def answer(self, case):
        path = PATHS[case["face"]]
        if "patch" not in case:
            return self.send("POST", path + "?dryRun=All", case["object"])
        status, created = self.send("POST", path, case["object"])
        if status != 201:
            raise RuntimeError(f"{case['name']}: cannot be created: {created['message']}")
        item = f"{path}/{created['metadata']['name']}"
        target = item + ("/status" if case.get("part") == "status" else "")
        result = self.send("PATCH", target + "?dryRun=All", case["patch"], "application/merge-patch+json")
        self.send("PATCH", item, {"metadata": {"finalizers": None}}, "application/merge-patch+json")
        self.send("DELETE", item + "?gracePeriodSeconds=0")
        return result


def kept(status, answer):
    """What of an answer is recorded."""
    if status >= 400:
        causes = answer.get("details", {}).get("causes")
        if not causes:
            return {"code": status, "message": answer["message"]}
        # Go's maps have no order; what follows a line's end is Go's difference of two structs.
        causes = [{**cause, "message": cause["message"].split("\n")[0]} for cause in causes]
        return {"code": status, "causes": sorted(causes, key=lambda cause: (cause["field"], cause["message"]))}
    metadata = {key: value for key, value in answer["metadata"].items() if key not in MADE_UP}
    for condition in answer.get("status", {}).get("conditions", []):
        condition.pop("lastTransitionTime", None)
    return {**answer, "metadata": metadata}


def main():
    cases = json.loads(FILE.read_text(encoding="utf-8"))
    with ControlPlane() as plane:
        server = Server(plane)
        for case in cases:
            case["answer"] = kept(*server.answer(case))
    lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
    FILE.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
