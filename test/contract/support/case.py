"""The register of cases. A case is a function of one Session; its name says what is promised."""

import dataclasses
import typing


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    area: str
    run: typing.Callable
    server: str  # Which kind of server: see servers.KINDS.
    kubectl: bool


CASES = []


def case(run=None, *, server="usual", kubectl=False):
    """Registers a function as a case. server: the kind it needs; kubectl: it calls kubectl."""
    def register(function):
        area = function.__module__.rpartition(".")[2]
        if any(each.name == function.__name__ for each in CASES):
            raise ValueError(f"two cases have the name {function.__name__}")
        CASES.append(Case(function.__name__, area, function, server, kubectl))
        return function

    return register(run) if run else register
