"""The cases, by subject. Importing them registers them."""

from support.case import CASES

from . import (bindings, deletes, discovery, errors, events, kubectl, leases, lists, namespaces, nodes, patches, pods,
               tables, transport, updates, watches)

__all__ = ["CASES"]
