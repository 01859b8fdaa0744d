"""How large the tests of faults are. Short by default; with NEURON_SCHEDULER_FULL_FAULTS=1 in full: more pods, longer
faults, half-open connections, minutes for each test."""

import os

FULL = os.environ.get("NEURON_SCHEDULER_FULL_FAULTS") == "1"


def size(short, full):
    return full if FULL else short
