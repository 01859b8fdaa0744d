"""Answers without what differs from run to run, so that those of two servers can be compared field by field."""

import re
import urllib.parse

# What the embedded server leaves out: nobody here reads who set a field, or how a kind is stored.
_NOT_SERVED = ("managedFields", "storageVersionHash")
_UUID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
_TIME = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_MICRO_TIME = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
_LONG_TIME = re.compile(r"\b[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}")
_AGE = re.compile(r"(?<![\w.:-])\d+(?:ms|s|m\d+s|m|h)(?![\w.:-])")
_QUERY = re.compile(r"\b(resourceVersion=)[1-9]\d*|\b(continue=)[\w=+/-]+")
_VERSION = re.compile(r"(resource version: \d+, current: )\d+|(too old resource version: )\d+ \(\d+\)")


class Normal:
    """The symbols of one session: the same uid becomes the same symbol, in order of appearance, so that identity
    is compared too."""

    def __init__(self, address):
        self._address = address
        self._uids = {}
        self._names = {}

    def generated(self, name, prefix):
        """From now on `name` is shown as its prefix and five signs."""
        self._names[name] = prefix + "~~~~~"

    def text(self, text):
        """One string of an answer."""
        text = _UUID.sub(self._uid, text)
        text = _MICRO_TIME.sub("MICROTIME", text)
        text = _TIME.sub("TIME", text)
        text = _VERSION.sub(lambda match: (match[1] or match[2]) + "N", text)
        text = text.replace(self._address, "SERVER")
        for name, shown in self._names.items():
            text = text.replace(name, shown)
        return text

    def label(self, text):
        """What a step is called."""
        return _QUERY.sub(lambda match: (match[1] or match[2]) + "...", self.text(urllib.parse.unquote(text)))

    def printed(self, text):
        """Text for people, of kubectl: ages and the width of columns depend on the time."""
        text = _LONG_TIME.sub("TIME", self.text(text))
        text = _AGE.sub("AGE", re.sub(r'(resourceVersion: )"[1-9]\d*"', r"\1VERSION", text))
        return [re.sub(r" {2,}", "  ", line).rstrip() for line in text.splitlines()]

    def value(self, value, key=None):
        """Any JSON value; key: the field that holds it."""
        if isinstance(value, dict):
            return self._object(value)
        if isinstance(value, list):
            return [self.value(each) for each in value]
        if isinstance(value, str):
            if key == "resourceVersion" and value.isdigit() and value != "0":
                return "VERSION"
            if key == "continue" and value:
                return "CONTINUE"
            return self.text(value)
        return value

    def _object(self, value):
        value = {key: each for key, each in value.items() if key not in _NOT_SERVED}
        if value.get("kind") == "Table":
            return self._table(value)
        return {self.text(key): self.value(each, key) for key, each in value.items()}

    def _table(self, table):
        shown = {key: self.value(each, key) for key, each in table.items() if key != "kind"}
        for column in shown.get("columnDefinitions") or []:
            if column.get("description"):
                column["description"] = "SENTENCES"  # Each server has its own.
        for row in shown.get("rows") or []:
            row["cells"] = [_AGE.sub("AGE", cell) if isinstance(cell, str) else cell for cell in row["cells"]]
        return {"kind": "Table", **shown}

    def _uid(self, match):
        return self._uids.setdefault(match[0], f"uid-{len(self._uids) + 1}")


def differences(real, embedded, path=""):
    """Yields (path, real value, embedded value) for each place where two normal values are not the same; a field
    that is missing is shown as Ellipsis."""
    if isinstance(real, dict) and isinstance(embedded, dict):
        for key in sorted({*real, *embedded}):
            yield from differences(real.get(key, ...), embedded.get(key, ...), f"{path}.{key}" if path else key)
    elif isinstance(real, list) and isinstance(embedded, list):
        for number in range(max(len(real), len(embedded))):
            yield from differences(real[number] if number < len(real) else ...,
                                   embedded[number] if number < len(embedded) else ..., f"{path}[{number}]")
    elif type(real) is not type(embedded) or real != embedded:
        yield path, real, embedded
