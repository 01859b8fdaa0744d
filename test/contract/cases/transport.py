"""HTTP itself."""

import json
import threading

from support.case import case
from support.session import pod


@case
def a_connection_is_kept(s):
    s.get(s.path("pods"))
    first = s.connected_socket
    s.check(first is not None, "it is kept after an answer")
    for number in range(5):
        s.post(s.path("pods"), pod(f"p-{number}"), record=False)
    s.failed(s.get(s.path("pods", "none")), 404, "NotFound")
    s.failed(s.post(s.path("pods"), "{bad", record=False), 400, "BadRequest")
    s.check(s.connected_socket is first, "errors do not end it either")


@case
def a_body_in_chunks(s):
    text = json.dumps(pod("p", annotations={"x": "y" * 5000})).encode()
    answer = s.post(s.path("pods"), None, chunks=[text[:1], text[1:100], text[100:4000], text[4000:]])
    s.equal(answer.status, 201, "status")


@case
def a_chunked_body_that_is_too_large(s):
    piece = b'{"metadata": {"annotations": {"x": "' + b"y" * (1 << 20)
    answer = s.post(s.path("pods"), None, chunks=[piece, piece, piece, piece])
    s.failed(answer, 413, "RequestEntityTooLarge")


@case
def a_head_request(s):
    answer = s.call("HEAD", s.path("pods"))
    s.check(answer.text == "", "no body")


@case
def a_connection_that_is_to_be_closed(s):
    answer = s.get(s.path("pods"), headers={"Connection": "close"})
    s.equal(answer.status, 200, "status")
    s.check(s.connected_socket is None, "it is closed")


@case
def an_expected_continue(s):
    """As curl sends larger bodies."""
    answer = s.post(s.path("pods"), pod("p"), headers={"Expect": "100-continue"})
    s.equal(answer.status, 201, "status")


@case
def many_clients_at_once(s):
    """Twenty connections create and bind; every pod is bound exactly once and none is lost."""
    errors = []

    def run(number):
        try:
            with s.another() as own:
                for each in range(5):
                    name = f"p-{number}-{each}"
                    own.new_pod(name)
                    own.bind(name, f"n-{number}")
        except Exception as error:  # Of a thread: told below.
            errors.append(f"{number}: {error!r}")
    threads = [threading.Thread(target=run, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    s.equal(errors, [], "errors")
    pods = s.get(s.path("pods"))["items"]
    s.equal(len(pods), 100, "pods")
    s.equal({each["metadata"]["name"]: each["spec"].get("nodeName") for each in pods},
            {f"p-{number}-{each}": f"n-{number}" for number in range(20) for each in range(5)}, "nodes")
    versions = [each["metadata"]["resourceVersion"] for each in pods]
    s.equal(len(set(versions)), 100, "each write has a version of its own")


@case
def one_of_many_bindings_wins(s):
    """Ten clients bind one pod to ten nodes: one 201, nine conflicts."""
    made = s.new_pod("p")
    found = []

    def run(number):
        with s.another() as own:
            answer = own.post(own.path("pods", "p", "binding"), {
                "metadata": {"name": "p", "uid": made["metadata"]["uid"]}, "target": {"name": f"n-{number}"}},
                record=False)
            found.append((answer.status, number))
    threads = [threading.Thread(target=run, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    s.equal(sorted(status for status, _ in found), [201] + [409] * 9, "answers")
    [winner] = [number for status, number in found if status == 201]
    s.equal(s.get(s.path("pods", "p"), record=False)["spec"]["nodeName"], f"n-{winner}", "the winner's node")
