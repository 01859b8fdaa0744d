"""Waiting with an end."""

import time


def wait_until(condition, timeout, what, every=0.05):
    """Waits until condition() is true and returns its value; AssertionError after timeout seconds. `what`: a text,
    or a function that says what is still wrong."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            text = what() if callable(what) else what
            raise AssertionError(f"waited {timeout} s in vain for {text}")
        time.sleep(every)
