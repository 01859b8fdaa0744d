"""The comparison itself: it sees what is not the same, and nothing else."""

import unittest

from support.normal import Normal, differences
from support.session import Answer

ONE = "11111111-2222-3333-4444-555555555555"
OTHER = "aaaaaaaa-2222-3333-4444-555555555555"


class Differences(unittest.TestCase):
    def test_equal_values_have_none(self):
        value = {"a": [1, {"b": None}], "c": True, "d": "x"}
        self.assertEqual(list(differences(value, {"d": "x", "c": True, "a": [1, {"b": None}]})), [])

    def test_each_place_is_named(self):
        found = list(differences({"a": [1, 2], "b": {"c": "x"}, "d": 1}, {"a": [1, 3, 4], "b": {"c": "y"}, "e": 1}))
        self.assertEqual(found, [("a[1]", 2, 3), ("a[2]", ..., 4), ("b.c", "x", "y"), ("d", 1, ...), ("e", ..., 1)])

    def test_types_matter(self):
        for real, embedded in ((1, True), (1, 1.0), (0, None), ("", None), ([], {}), ("1", 1)):
            with self.subTest(real=real, embedded=embedded):
                self.assertEqual(len(list(differences({"x": real}, {"x": embedded}))), 1)

    def test_a_null_is_not_nothing(self):
        self.assertEqual(list(differences({"x": None}, {})), [("x", None, ...)])


class Normals(unittest.TestCase):
    def setUp(self):
        self.normal = Normal("127.0.0.1:1234")

    def test_uids_keep_their_identity(self):
        shown = self.normal.value([ONE, OTHER, f"of {ONE}"])
        self.assertEqual(shown, ["uid-1", "uid-2", "of uid-1"])

    def test_times_versions_and_addresses(self):
        shown = self.normal.value({"resourceVersion": "17", "at": "2026-11-01T00:00:00Z", "continue": "abc",
                                   "micro": "2026-11-01T00:00:00.123456Z", "url": "http://127.0.0.1:1234/x",
                                   "managedFields": [1]})
        self.assertEqual(shown, {"resourceVersion": "VERSION", "at": "TIME", "continue": "CONTINUE",
                                 "micro": "MICROTIME", "url": "http://SERVER/x"})

    def test_odd_versions_stay(self):
        self.assertEqual(self.normal.value({"resourceVersion": "0"}), {"resourceVersion": "0"})
        self.assertEqual(self.normal.value({"resourceVersion": ""}), {"resourceVersion": ""})
        self.assertEqual(self.normal.value({"continue": ""}), {"continue": ""})
        self.assertEqual(self.normal.value("2026-11-01T00:00:00.5Z"), "2026-11-01T00:00:00.5Z")

    def test_generated_names(self):
        self.normal.generated("worker-x7k2p", "worker-")
        self.assertEqual(self.normal.text('pods "worker-x7k2p" not found'), 'pods "worker-~~~~~" not found')

    def test_ages_of_tables_and_texts(self):
        table = {"kind": "Table", "rows": [{"cells": ["a", 0, "5m10s", "0/1", "<unknown>"]}]}
        self.assertEqual(self.normal.value(table)["rows"][0]["cells"], ["a", 0, "AGE", "0/1", "<unknown>"])
        self.assertEqual(self.normal.printed("NAME   AGE\np-1    12s \n"), ["NAME  AGE", "p-1  AGE"])


class Answers(unittest.TestCase):
    def test_json_and_text(self):
        self.assertEqual(Answer(200, [("Content-Type", "a/b")], b'{"x": 1}')["x"], 1)
        self.assertEqual(Answer(200, [], b"ok").body, "ok")


if __name__ == "__main__":
    unittest.main()
