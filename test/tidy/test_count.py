"""count.py and run_python.py decide whether CI passes: they must not lose a failure."""

import contextlib
import io
import pathlib
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import count
import run_python

GTEST = (
    '<testsuites tests="4" failures="{failures}" disabled="1" errors="0"><testsuite skipped="1">'
    '<testcase name="a"><skipped message="why"/></testcase></testsuite></testsuites>'
)
PYTHON_TESTS = """
import unittest
class Case(unittest.TestCase):
    def test_good(self): pass
    def test_skipped(self): self.skipTest("no <Go>")
    def test_bad(self): self.assertEqual(1, 2)
    def test_error(self): raise RuntimeError
    def test_subtests(self):
        for i in range(3):
            with self.subTest(i=i): self.assertEqual(i, 1)
    @unittest.expectedFailure
    def test_expected(self): self.fail()
"""


class Count(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def put(self, name, text):
        (self.folder / name).write_text(text)

    def main(self, *more):
        """The line that count.py prints when it fails."""
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
            code = count.main([str(self.folder), *(str(self.folder / name) for name in more)])
        self.assertEqual(code, 1)
        return out.getvalue()

    def report(self, status):
        self.put(
            "ctest-unit.xml", f'<testsuite><testcase name="a_test" status="{status}"/></testsuite>'
        )

    def test_details_count_where_they_are(self):
        self.report("run")
        self.put("a_test.xml", GTEST.format(failures=0))
        self.assertEqual(count.count([self.folder]), (2, 0, 2))

    def test_failures_count(self):
        self.report("fail")
        self.put("a_test.xml", GTEST.format(failures=2))
        self.assertEqual(count.count([self.folder]), (0, 2, 2))

    def test_a_crash_is_a_failure(self):
        self.report("fail")
        self.assertEqual(count.count([self.folder]), (0, 1, 0))
        self.put("a_test.xml", "<testsuites tests=")
        self.assertEqual(count.count([self.folder]), (0, 1, 0))

    def test_a_failure_after_good_tests_is_one(self):
        self.report("fail")
        self.put("a_test.xml", GTEST.format(failures=0))
        self.assertEqual(count.count([self.folder]), (2, 1, 2))

    def test_what_did_not_run_is_a_failure(self):
        self.report("notrun")
        self.assertEqual(count.count([self.folder]), (0, 1, 0))

    def test_nothing_is_a_failure(self):
        self.assertEqual(self.main(), "0 passed, 1 failed, 0 skipped\n")
        self.put("ctest-unit.xml", "<testsuite/>")
        self.assertEqual(self.main(), "0 passed, 0 failed, 0 skipped\n")

    def test_a_missing_report_is_a_failure(self):
        self.report("run")
        self.assertEqual(self.main("gone"), "1 passed, 1 failed, 0 skipped\n")

    def run_python(self, tests):
        self.put("test_sample_for_count.py", tests)
        with contextlib.redirect_stdout(io.StringIO()):
            code = run_python.main(str(self.folder), str(self.folder / "a_test.xml"))
        sys.modules.pop("test_sample_for_count", None)
        sys.path.remove(str(self.folder))
        return code

    def test_python_tests(self):
        self.report("fail")
        self.assertEqual(self.run_python(PYTHON_TESTS), 1)
        self.assertEqual(count.count([self.folder]), (2, 3, 1))

    def test_python_file_that_does_not_load(self):
        self.report("fail")
        self.assertEqual(self.run_python("import no_such_module"), 1)
        self.assertEqual(count.count([self.folder]), (0, 1, 0))

    def test_no_python_tests(self):
        self.assertEqual(self.run_python(""), 1)


if __name__ == "__main__":
    unittest.main()
