"""The documents: links lead somewhere, and messages that they explain are those that the scheduler says."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/**/*.md")])
TROUBLESHOOTING = ROOT / "docs" / "troubleshooting.md"
_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.S)
_LINK = re.compile(r"\]\(([^)\s]+)\)")


def anchors(path):
    """The anchors of a document's headings."""
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.S)
    heads = re.findall(r"^#+ +(.*)$", text, re.M)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def broken_links(path, text):
    """The relative links of a document that lead nowhere."""
    broken = []
    for link in _LINK.findall(_CODE.sub("", text)):
        file, _, anchor = link.partition("#")
        if re.match(r"[a-z]+:", file):
            continue
        target = (path.parent / file).resolve() if file else path
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    return broken


def literals():
    """The string literals of the scheduler's sources, adjacent ones joined."""
    found = []
    for folder in ("scheduler", "neuron", "cluster/model", "cluster/client"):
        for path in sorted((ROOT / folder).rglob("*.cpp")):
            text = re.sub(r'"\s*\n?\s*"', "", path.read_text(encoding="utf-8"))
            found += re.findall(r'"((?:[^"\\\n]|\\.)*)"', text)
    return found


def explained():
    """The messages in the first column of the tables of what a pending pod says."""
    text = TROUBLESHOOTING.read_text(encoding="utf-8")
    part = text[text.index("### Of the pod itself"):text.index("## A pod is bound")]
    rows = re.findall(r"^\| (`.*?) \| ", part, re.M)
    return [message for row in rows for message in re.findall(r"`([^`]+)`", row)]


class Links(unittest.TestCase):
    def test_they_lead_somewhere(self):
        for path in DOCS:
            with self.subTest(path.relative_to(ROOT)):
                self.assertEqual(broken_links(path, path.read_text(encoding="utf-8")), [])

    def test_broken_ones_are_found(self):
        here = ROOT / "docs" / "install.md"
        for link, broken in (("running-beside.md", False), ("#the-image", False), ("#no-such-heading", True),
                             ("nothing.md", True), ("simulate.md#no-such-heading", True)):
            self.assertEqual(bool(broken_links(here, f"[text]({link})")), broken, link)

    def test_every_document_can_be_reached(self):
        linked = {(path.parent / link.partition("#")[0]).resolve() for path in DOCS
                  for link in _LINK.findall(path.read_text(encoding="utf-8")) if not re.match(r"[a-z]+:", link)}
        missing = {str(path.relative_to(ROOT)) for path in DOCS if path.resolve() not in linked}
        self.assertEqual(missing - {"README.md"}, set())


class Rights(unittest.TestCase):
    def test_security_lists_those_of_the_chart(self):
        roles = (ROOT / "deploy/charts/neuron-scheduler/templates/rbac.yaml").read_text(encoding="utf-8")
        granted = set()
        for group, resource, named, verbs in re.findall(
                r"apiGroups: \[(.*?)\]\n +resources: \[(.*?)\]\n(?: +(resourceNames).*\n)? +verbs: \[(.*?)\]", roles):
            group = group.strip('"')
            granted.add((resource + (f".{group}" if group else ""), bool(named), verbs))
        self.assertEqual(len(granted), roles.count("verbs:"))
        table = re.findall(r"^\| `(.*?)`(, its own one)?.*? \| (.*?) \|",
                           (ROOT / "docs" / "security.md").read_text(encoding="utf-8"), re.M)
        self.assertEqual({(resource, bool(own), verbs) for resource, own, verbs in table}, granted)


class Placement(unittest.TestCase):
    def test_it_lists_the_catalog(self):
        """Name and number of devices of every instance type, and no other."""
        catalog = (ROOT / "neuron" / "topology.cpp").read_text(encoding="utf-8")
        known = set(re.findall(r'InstanceType\{"(\S+)", (\d+),', catalog))
        self.assertGreater(len(known), 10)
        text = (ROOT / "docs" / "placement.md").read_text(encoding="utf-8")
        self.assertEqual(set(re.findall(r"^\| (\w+\.\w+) \| (\d+) \|", text, re.M)), known)


class Messages(unittest.TestCase):
    def test_what_is_explained_is_said(self):
        """… stands for what differs from pod to pod."""
        known = literals()
        for message in explained():
            for part in filter(None, (part.strip(" ,:(") for part in message.split("…"))):
                self.assertTrue(any(part in text for text in known), f"nobody says {part!r}, of {message!r}")

    def test_what_is_said_of_nodes_is_explained(self):
        text = TROUBLESHOOTING.read_text(encoding="utf-8")
        for literal in literals():
            if re.match(r"(node\(s\)|Insufficient|Too many) ", literal) and "%" not in literal:
                part = "Insufficient …" if literal.startswith("Insufficient") else literal.strip().removesuffix(":")
                self.assertTrue(part in text, f"docs/troubleshooting.md does not explain {literal!r}")


if __name__ == "__main__":
    unittest.main()
