"""The base of the tests that need a control plane and the scheduler."""

import concurrent.futures
import http.client
import sys
import threading
import unittest

from . import checker
from .proxy import Proxy
from .scheduler import Scheduler, binary
from .wait import wait_until

import api  # from test/controlplane
import controlplane
from nodes import create_all


class ClusterTest(unittest.TestCase):
    """One control plane for each class, empty at the start of each test. Skipped, with the reason, where there is
    no control plane or no scheduler."""

    options = {}
    with_rights = True  # Whether the scheduler's account and its rights are there from the start.

    @classmethod
    def setUpClass(cls):
        if binary() is None:
            raise unittest.SkipTest("neuron-scheduler is not built (./dev build)")
        try:
            cls.plane = controlplane.ControlPlane(**cls.options).start()
        except controlplane.Unavailable as reason:
            raise unittest.SkipTest(str(reason)) from None
        cls.addClassCleanup(cls.plane.stop)
        cls.client = cls.plane.admin
        if cls.with_rights:
            cls.plane.apply_rights()
            cls.kubeconfig = cls.plane.scheduler_kubeconfig()

    def setUp(self):
        self.by_hand = set()
        self._mark = self.plane.audit_mark()
        self._schedulers = []
        self.addCleanup(self._empty)
        self.addCleanup(self._end_schedulers)

    # Things

    def scheduler(self, *arguments, kubeconfig=None, start=True, **options):
        """A scheduler, ended after the test. Its log is shown if the test fails."""
        log = self.plane.dir / f"{self._testMethodName}-{len(self._schedulers)}.log"
        made = Scheduler(kubeconfig or self.kubeconfig, log, *arguments, **options)
        self._schedulers.append(made)
        return made.start() if start else made

    def proxy(self, name="proxied"):
        """A fault proxy, and a kubeconfig (of this name) of the scheduler's account that goes through it."""
        made = Proxy(self.plane.port, str(self.plane.pki.ca), *self.plane.pki.serving("proxy", "IP:127.0.0.1"))
        self.addCleanup(made.stop)
        return made, self.plane.scheduler_kubeconfig(name, server=made.server)

    def create(self, *pods):
        """Creates pods; returns them as the server holds them, in the same order."""
        return create_all(self.client, "pods", pods, "default")

    def delete(self, *pods):
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            list(pool.map(self._delete_one, pods))

    def _delete_one(self, pod):
        meta = pod["metadata"]
        try:
            self.client.delete("pods", meta["name"], meta["namespace"])
        except api.ApiError as error:
            if error.status != 404:
                raise

    def bind_by_hand(self, pod, node, annotations=None):
        self.client.bind(pod, node, annotations)
        self.by_hand.add(checker.name_of(pod))

    def recorder(self):
        made = Recorder(self.client)
        self.addCleanup(made.stop)
        return made

    # Looking

    def nodes(self):
        return self.client.list("nodes")[0]

    def pods(self):
        return self.client.list("pods", "default")[0]

    def pod(self, name):
        return self.client.get("pods", name, "default")

    def node_of(self, name):
        return self.pod(name)["spec"].get("nodeName")

    def condition(self, name):
        """The PodScheduled condition of a pod; {} if there is none."""
        conditions = self.pod(name).get("status", {}).get("conditions") or []
        return next((each for each in conditions if each["type"] == "PodScheduled"), {})

    def events(self, name, reason=None):
        return [event for event in self.client.list("events", "default")[0]
                if event["regarding"].get("name") == name and reason in (None, event["reason"])]

    def wait_bound(self, *names, timeout=30):
        """Waits until these pods are bound; returns them."""
        def bound():
            found = [pod for pod in self.pods() if pod["metadata"]["name"] in names and pod["spec"].get("nodeName")]
            return found if len(found) == len(names) else None

        def missing():
            return "pods to be bound: " + ", ".join(
                f"{pod['metadata']['name']} ({self.condition(pod['metadata']['name']).get('message')})"
                for pod in self.pods() if pod["metadata"]["name"] in names and not pod["spec"].get("nodeName"))

        found = {pod["metadata"]["name"]: pod for pod in wait_until(bound, timeout, missing)}
        return [found[name] for name in names]

    def wait_refused(self, name, containing="", timeout=30):
        """Waits until the pod has a PodScheduled=False condition whose message contains a text; returns the
        message. Watches are independent: a pod may be tried before the scheduler has seen the last change of a
        node, and again afterwards."""
        last = {}

        def refused():
            last.update(self.condition(name))
            return last.get("status") == "False" and containing in last.get("message", "")

        wait_until(refused, timeout, lambda: f"{name} to be refused with {containing!r}; its condition: {last}")
        self.assertIsNone(self.node_of(name))
        return last["message"]

    def wait_rest(self, timeout=60):
        """Waits until no waiting pod fits anywhere by the checker's reckoning."""
        last = []

        def rest():
            last[:] = checker.pending_that_fit(self.nodes(), self.pods())
            return not last

        wait_until(rest, timeout, lambda: f"a state of rest; these pods still fit: {last[:10]}", every=0.5)

    def requests_of_scheduler(self):
        """What the scheduler asked of the server since the test began, from the audit log."""
        return self.plane.audit_events(controlplane.SCHEDULER_USER, self._mark)

    # Judging

    def assert_content(self):
        """Nothing on the cluster offends the checker."""
        self.assertEqual(checker.problems(self.nodes(), self.pods(), bound_by_hand=self.by_hand), [])

    def assert_bound_once(self):
        """By the audit log, no pod (by uid of its name: tests use each name once) was bound twice."""
        seen = {}
        for event in self.requests_of_scheduler():
            if event["objectRef"].get("subresource") == "binding" and event["responseStatus"]["code"] == 201:
                name = event["objectRef"]["name"]
                seen[name] = seen.get(name, 0) + 1
        self.assertEqual({name: count for name, count in seen.items() if count > 1}, {})

    def assert_no_forbidden(self):
        """The server refused the scheduler nothing for lack of rights."""
        forbidden = {f"{event['verb']} {event['requestURI']}"
                     for event in self.requests_of_scheduler()
                     if event.get("responseStatus", {}).get("code") in (401, 403)}
        self.assertEqual(forbidden, set())

    # Afterwards

    def _end_schedulers(self):
        outcome = self._outcome.result
        broken = any(test is self or getattr(test, "test_case", None) is self
                     for test, _ in outcome.failures + outcome.errors)
        for scheduler in self._schedulers:
            if broken:
                lines = scheduler.text().splitlines()
                print(f"--- the last of {len(lines)} lines of {scheduler.log.name}", *lines[-40:], sep="\n",
                      file=sys.stderr)
            self.addCleanup(scheduler.close)

    def _empty(self):
        for resource, namespace in (("pods", "default"), ("nodes", None), ("events", "default")):
            self.client.request("DELETE", api.path_of(resource, namespace),
                                {"apiVersion": "v1", "kind": "DeleteOptions", "gracePeriodSeconds": 0})
        wait_until(lambda: not self.pods(), 30, "the pods to be gone")


class Recorder:
    """Follows all pods and keeps every version the watch shows: [(type, pod)]. Survives a restart of the server."""

    def __init__(self, client):
        self.versions = []
        self._client = client
        self._stopped = False
        _, self._version = client.list("pods", limit=1)
        self._watch = client.watch("pods", self._version)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        while not self._stopped:
            expired = False
            try:
                for kind, body in self._watch:
                    expired = kind == "ERROR"
                    if expired:
                        break
                    self._version = body["metadata"]["resourceVersion"]
                    if kind != "BOOKMARK":
                        self.versions.append((kind, body))
            except (OSError, http.client.HTTPException):
                pass
            self._reconnect(expired)

    def _reconnect(self, expired):
        """expired: a server that was started anew may not know the version any more (410), so list again."""
        pause = threading.Event()
        while not self._stopped:
            try:
                if expired:
                    pods, self._version = self._client.list("pods")
                    self.versions += [("LISTED", pod) for pod in pods]
                self._watch = self._client.watch("pods", self._version)
                return
            except (OSError, http.client.HTTPException, api.ApiError):
                pause.wait(0.1)

    def catch_up(self, timeout=10):
        """Waits until the watch has shown every pod as it is now."""
        newest = max((int(pod["metadata"]["resourceVersion"]) for pod in self._client.list("pods")[0]), default=0)
        wait_until(lambda: int(self._version) >= newest, timeout, f"the watch to reach {newest}")

    def stop(self):
        self._stopped = True
        self._watch.stop()
        self._thread.join(5)

    def half_bound(self):
        """Versions that have nodeName without the annotations or the annotations without nodeName, as texts."""
        wrong = set()
        for _, pod in self.versions:
            if pod["spec"].get("schedulerName") != checker.SCHEDULER or not checker.asks_neuron(pod):
                continue
            keys = [key for key in checker.FORMS if key != "NEURON_RESOURCE_TYPE"]
            present = [key for key in keys if key in (pod["metadata"].get("annotations") or {})]
            expected = keys if pod["spec"].get("nodeName") else []
            if present != expected:
                wrong.add(f"{checker.name_of(pod)} at {pod['metadata']['resourceVersion']}: nodeName "
                          f"{pod['spec'].get('nodeName')}, annotations {present}")
        return sorted(wrong)

    def bound_names(self):
        return {checker.name_of(pod) for _, pod in self.versions if pod["spec"].get("nodeName")}
