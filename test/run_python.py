#!/usr/bin/env python3
"""Runs the unittest files test_*.py of a folder and writes the counts as JUnit XML.

    run_python.py FOLDER RESULT.xml [PATTERN...]

PATTERNs choose tests by name, as unittest's -k. Exit code 0: none failed (some may be skipped).
"""

import sys
import time
import unittest
import xml.etree.ElementTree as xml


class Result(unittest.TextTestResult):
    """Keeps [name, kind, text] of every test; a failing subTest or fixture fails its test."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.cases = {}

    def startTest(self, test):
        super().startTest(test)
        self.cases[test.id()] = ("passed", "")

    def _set(self, test, kind, text):
        test = getattr(test, "test_case", test)
        if self.cases.get(test.id(), ("passed",))[0] != "failure":
            self.cases[test.id()] = (kind, str(text))

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._set(test, "failure", err[1])

    def addError(self, test, err):
        super().addError(test, err)
        self._set(test, "failure", err[1])

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self._set(test, "failure", err[1])

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self._set(test, "skipped", reason)

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self._set(test, "failure", "unexpected success")


def write(path, cases, seconds):
    kinds = [kind for kind, _ in cases.values()]
    root = xml.Element(
        "testsuites",
        tests=str(len(kinds)),
        failures=str(kinds.count("failure")),
        skipped=str(kinds.count("skipped")),
        time=f"{seconds:.3f}",
    )
    for name, (kind, text) in cases.items():
        case = xml.SubElement(root, "testcase", name=name)
        if kind != "passed":
            xml.SubElement(case, kind, message="".join(c if c.isprintable() else " " for c in text))
    xml.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def main(folder, result_file, *patterns):
    loader = unittest.TestLoader()
    loader.testNamePatterns = [f"*{pattern}*" for pattern in patterns] or None
    suite = loader.discover(folder, pattern="test_*.py", top_level_dir=folder)
    started = time.monotonic()
    runner = unittest.TextTestRunner(sys.stdout, verbosity=2, resultclass=Result)
    result = runner.run(suite)
    write(result_file, result.cases, time.monotonic() - started)
    if not result.cases:
        print(f"no tests in {folder}")
    return 0 if result.cases and result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
