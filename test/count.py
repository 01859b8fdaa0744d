#!/usr/bin/env python3
"""Adds up test results and prints "N passed, N failed, N skipped".

    count.py FOLDER...

A folder holds ctest's reports ctest*.xml, one entry an executable, and beside them NAME.xml with the
tests of executable NAME. An executable that failed without naming a failed test (it crashed, it hung)
is one failure, and so is a folder without a report. Exit code 1: something failed, or nothing ran.
"""

import pathlib
import sys
import xml.etree.ElementTree as xml


def _number(element, *names):
    return sum(int(element.get(name) or 0) for name in names)


def count_details(path):
    """(passed, failed, skipped) of one NAME.xml; the three sum up to the tests it knows of."""
    root = xml.parse(path).getroot()
    failed = _number(root, "failures", "errors")
    skipped = _number(root, "disabled") + len(root.findall(".//testcase/skipped"))
    return _number(root, "tests") - failed - skipped, failed, skipped


def count_executable(case, folder):
    details = folder / (case.get("name") + ".xml")
    status = case.get("status")
    if status in ("disabled", "notrun"):
        return (0, 0, 1) if status == "disabled" else (0, 1, 0)
    try:
        passed, failed, skipped = count_details(details)
    except (OSError, xml.ParseError):
        passed, failed, skipped = (1, 0, 0) if status == "run" else (0, 1, 0)
    if status != "run" and failed == 0:
        failed = 1
    return passed, failed, skipped


def count(folders):
    total = (0, 0, 0)
    for folder in map(pathlib.Path, folders):
        reports = sorted(folder.glob("ctest*.xml"))
        if not reports:
            print(f"no results in {folder}", file=sys.stderr)
            total = tuple(map(sum, zip(total, (0, 1, 0))))
        for report in reports:
            for case in xml.parse(report).getroot().iter("testcase"):
                total = tuple(map(sum, zip(total, count_executable(case, folder))))
    return total


def main(folders):
    passed, failed, skipped = count(folders)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
