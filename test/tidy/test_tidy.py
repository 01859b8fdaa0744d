"""Runs the rules over the tree, and shows for each of them that it can fail."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import cpp_text
import rules

ROOT = pathlib.Path(__file__).resolve().parents[2]
SUFFIXES = {".hpp", ".cpp", ".py", ".sh", ".txt", ".json", ".yaml", ".md", ""}
NOT_OURS = {".git", "build", ".cache", "__pycache__"}

LONG_BODY = "  f();\n" * rules.FUNCTION_LINES_MAX
TO_DO = "TO" "DO"

# rule, path, a text that breaks it on the given line, a similar text that does not break any rule.
SAMPLES = [
    (
        "include_direction",
        "neuron/a.cpp",
        1,
        '#include "cluster/model/pod.hpp"\n',
        "#include <span>\n",
    ),
    (
        "include_direction",
        "neuron/a.cpp",
        1,
        "#include <boost/system/result.hpp>\n",
        '#include "neuron/b.hpp"\n',
    ),
    (
        "include_direction",
        "cluster/model/a.cpp",
        1,
        '#include "scheduler/queue.hpp"\n',
        '#include "neuron/b.hpp"\n',
    ),
    (
        "include_direction",
        "cluster/model/a.cpp",
        1,
        "#include <simdjson.h>\n",
        "#include <boost/system/result.hpp>\n",
    ),
    (
        "include_direction",
        "scheduler/a.cpp",
        1,
        '#include "cluster/client/http.hpp"\n',
        '#include "cluster/model/pod.hpp"\n',
    ),
    (
        "include_direction",
        "scheduler/a.cpp",
        2,
        "\n#include <boost/asio/post.hpp>\n",
        "\n#include <vector>\n",
    ),
    (
        "include_direction",
        "scheduler/a.cpp",
        1,
        "#  include <spdlog/spdlog.h>\n",
        "// #include <spdlog/spdlog.h>\n",
    ),
    (
        "include_direction",
        "scheduler/a.cpp",
        1,
        "#include <prometheus/counter.h>\n",
        "#include <string>\n",
    ),
    ("include_direction", "scheduler/a.cpp", 1, "#include <mutex>\n", "#include <memory>\n"),
    (
        "include_direction",
        "scheduler/a.cpp",
        1,
        "#include <sys/socket.h>\n",
        "#include <cstring>\n",
    ),
    (
        "include_direction",
        "scheduler/a.cpp",
        1,
        '#include "queue.hpp"\n',
        '#include "scheduler/queue.hpp"\n',
    ),
    (
        "include_direction",
        "cluster/client/a.cpp",
        1,
        '#include "scheduler/queue.hpp"\n',
        '#include "cluster/model/pod.hpp"\n',
    ),
    (
        "include_direction",
        "cluster/client/a.cpp",
        1,
        "#include <prometheus/counter.h>\n",
        "#include <unistd.h>\n",
    ),
    (
        "include_direction",
        "metrics/a.cpp",
        1,
        '#include "cmd/neuron-scheduler/options.hpp"\n',
        '#include "scheduler/observer.hpp"\n',
    ),
    (
        "include_direction",
        "metrics/a.cpp",
        1,
        "#include <boost/beast/http.hpp>\n",
        "#include <prometheus/registry.h>\n",
    ),
    (
        "include_direction",
        "cmd/neuron-scheduler/a.cpp",
        1,
        '#include "test/support/builders.hpp"\n',
        '#include "metrics/registry.hpp"\n',
    ),
    (
        "include_direction",
        "cluster/embedded/store/a.cpp",
        1,
        "#include <boost/asio/post.hpp>\n",
        "#include <boost/json.hpp>\n",
    ),
    (
        "include_direction",
        "cluster/embedded/server/a.cpp",
        1,
        '#include "scheduler/api.hpp"\n',
        "#include <boost/beast/http.hpp>\n",
    ),
    ("include_direction", "util/a.cpp", 1, "int a;\n", None),
    (
        "own_header_first",
        "neuron/a.cpp",
        1,
        '#include <span>\n#include "neuron/a.hpp"\n',
        '#include "neuron/a.hpp"\n\n#include <span>\n',
    ),
    (
        "pragma_once",
        "neuron/a.hpp",
        1,
        "// About a.\n#pragma once\n",
        "#pragma once\n// About a.\n",
    ),
    (
        "real_clock",
        "scheduler/a.cpp",
        1,
        "auto t = Clock::now();\n",
        "auto t = clock.now();  // not Clock::now()\n",
    ),
    ("real_clock", "neuron/a.cpp", 1, "auto t = std::time(nullptr);\n", "auto t = pod.time(0);\n"),
    (
        "real_clock",
        "metrics/a.cpp",
        2,
        "\nclock_gettime(CLOCK_REALTIME, &t);\n",
        'f("clock_gettime");\n',
    ),
    ("real_clock", "scheduler/a.cpp", 1, "gettimeofday(&t, nullptr);\n", "int days = 1'000;\n"),
    (
        "real_clock",
        "cluster/client/a.cpp",
        1,
        "auto t = Clock::now();\n",
        "#include <boost/asio/post.hpp>\nauto t = Clock::now();\n",
    ),
    (
        "real_clock",
        "test/scheduler/a_test.cpp",
        1,
        "std::this_thread::sleep_for(d);\n",
        "asleep(d);\n",
    ),
    ("real_clock", "test/scheduler/a_test.cpp", 1, "sleep(1);\n", "machine.sleep(1);\n"),
    ("pure_core", "scheduler/a.cpp", 1, "std::random_device r;\n", "RandomDevice r;\n"),
    ("pure_core", "scheduler/a.cpp", 1, "int r = rand();\n", "int r = random.rand();\n"),
    ("pure_core", "neuron/a.cpp", 1, "std::mt19937 r;\n", "std::uint64_t seed;\n"),
    ("pure_core", "cluster/model/a.cpp", 1, "std::mutex m;\n", "std::map<int, int> m;\n"),
    ("pure_core", "cluster/model/a.cpp", 1, "std::thread t(f);\n", "int thread = 1;\n"),
    ("pure_core", "cluster/model/a.cpp", 1, "std::atomic<int> a;\n", "int atomic = 1;\n"),
    (
        "pure_core",
        "scheduler/a.cpp",
        1,
        "int s = socket(AF_INET, 0, 0);\n",
        "int s = api.socket(0);\n",
    ),
    ("pure_core", "cluster/embedded/store/a.cpp", 1, "std::cerr << 1;\n", "out << 1;\n"),
    ("pure_core", "scheduler/a.cpp", 1, 'printf("%d", 1);\n', 'std::snprintf(b, n, "%d", 1);\n'),
    (
        "detached",
        "cmd/neuron-scheduler/a.cpp",
        1,
        "co_spawn(e, f(), asio::detached);\n",
        "co_spawn(e, f(), report_failure);\n",
    ),
    (
        "co_await_shape",
        "cluster/client/a.cpp",
        2,
        "\nauto r = c ? co_await f() : g();\n",
        "\nauto r = co_await f();\n",
    ),
    (
        "co_await_shape",
        "cluster/client/a.cpp",
        1,
        "auto r = co_await f() + co_await g();\n",
        "co_await f();\nco_await g();\n",
    ),
    (
        "co_await_shape",
        "cluster/client/a.cpp",
        1,
        "co_await f(Request{1, 2});\n",
        "while (co_await f()) {\n  g();\n}\n",
    ),
    (
        "co_await_shape",
        "cluster/client/a.cpp",
        1,
        "co_await f([s] { g(); });\n",
        "auto r = co_await f(a[1], (b));\n",
    ),
    (
        "co_await_shape",
        "cluster/client/a.cpp",
        1,
        "co_await Timer{1};\n",
        "if (a) {\n  co_await f(b);\n}\n",
    ),
    ("unfinished", "README.md", 1, f"{TO_DO}: write this\n", "To do: write this\n"),
    ("unfinished", "neuron/a.cpp", 1, "// FIX" "ME\n", "// fixes it\n"),
    ("line_length", "neuron/a.cpp", 1, "//" + "-" * 99 + "\n", "//" + "-" * 98 + "\n"),
    ("line_length", "dev", 2, "\n#" + "-" * 120 + "\n", "#\n"),
    (
        "header_length",
        "neuron/a.hpp",
        151,
        "#pragma once\n" + "\n" * 150,
        "#pragma once\n" + "\n" * 149,
    ),
    (
        "function_length",
        "neuron/a.cpp",
        1,
        "void g() {\n" + LONG_BODY + "}\n",
        "void g() {\n" + LONG_BODY[7:-7] + "}\n",
    ),
    (
        "function_length",
        "test/a.py",
        1,
        "def g():\n" + "    f()\n" * 70,
        "def g():\n" + "    f()\n" * 69,
    ),
    ("text_form", "neuron/a.cpp", 1, "int a; \n", "int a;\n"),
    ("text_form", "neuron/a.cpp", 2, "int a;\n\tint b;\n", "int a;\nint b;\n"),
    ("text_form", "dev", 1, "true", "true\n"),
]

# Text whose '{'s say what functions() has to find: (first line, last line) of each function body.
FUNCTIONS = """\
namespace a {
struct S : Base<int> {
  int x = 0;
  S() : x{1}, y_{2} {
    f();
  }
  bool operator==(const S&) const { return true; }
};
constexpr std::array kTable = {
    Row{"a", 1},
};
const auto kRows = make({
    Row{"}", 1},
});
template <class T, class = std::enable_if_t<(sizeof(T) > 1)>>
auto f(T t, int n = 0) -> decltype(g(t)) {
  if (n) {
    return 1;
  }
}
INSTANTIATE(A, B, Values(Case{"a"}, Case{"b", [] {
  return 1;
}}));
}  // namespace a
"""
FUNCTION_SPANS = [(4, 6), (7, 7), (16, 20)]


def broken(path, text):
    """{rule name: [line, ...]} of what the text breaks under that path."""
    found = {rule.__name__: rule(path, text) for rule in rules.RULES}
    return {name: [line for line, _ in findings] for name, findings in found.items() if findings}


class RulesCanFail(unittest.TestCase):
    def test_samples(self):
        for rule, path, line, bad, good in SAMPLES:
            with self.subTest(rule=rule, path=path, bad=bad[:60]):
                self.assertEqual(broken(path, bad).get(rule), [line])
                if good is not None:
                    self.assertEqual(broken(path, good), {})

    def test_every_rule_has_a_sample(self):
        sampled = {sample[0] for sample in SAMPLES}
        self.assertEqual(sampled, {rule.__name__ for rule in rules.RULES})

    def test_every_folder_of_the_core_is_listed(self):
        for folder in rules.CORE:
            self.assertIn(folder.rstrip("/"), rules.INCLUDES)

    def test_functions_are_found(self):
        found = list(cpp_text.functions(cpp_text.code_only(FUNCTIONS)))
        self.assertEqual(found, FUNCTION_SPANS)

    def test_literals_and_comments_are_blanked(self):
        text = 'a("b\\"c", \'"\', 1\'0, R"x(d)" )x") /* e\n */ + f; // g'
        expected = "a(\"    \", ' ', 1'0,            )     \n    + f;     "
        self.assertEqual(cpp_text.code_only(text), expected)


def files():
    for path in sorted(ROOT.rglob("*")):
        inside = path.relative_to(ROOT)
        if inside.parts[0] in NOT_OURS or "__pycache__" in inside.parts or path.is_symlink():
            continue
        if path.is_file() and path.suffix in SUFFIXES:
            yield inside.as_posix(), path


class Tree(unittest.TestCase):
    def test_every_file_keeps_the_rules(self):
        findings, seen = [], set()
        for name, path in files():
            seen.add(name)
            try:
                text = path.read_bytes().decode()
            except UnicodeDecodeError as error:
                findings.append(f"{name}: not UTF-8: {error}")
                continue
            for rule in rules.RULES:
                findings += [
                    f"{name}:{n}: {what} [{rule.__name__}]" for n, what in rule(name, text)
                ]
        self.assertGreaterEqual(seen, {"CMakeLists.txt", "dev", "test/tidy/rules.py"})
        self.assertEqual(findings, [], "\n" + "\n".join(findings))


if __name__ == "__main__":
    unittest.main()
