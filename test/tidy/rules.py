"""The rules of design.md §2 and of the house style that a compiler cannot see.

A rule is a function (path, text) -> [(line, message)]; path is relative to the root of the tree.
test_tidy.py holds a sample that breaks each of them, and runs them all over the tree.
"""

import ast
import posixpath
import re

from cpp_text import code_only, functions, line_of, statements_with, without_comments

LINE_LENGTH_MAX = {".hpp": 100, ".cpp": 100, ".py": 120, ".txt": 120, ".sh": 120, "": 120}
HEADER_LINES_MAX = 150
FUNCTION_LINES_MAX = 70

# Folder -> (project folders, third party headers) that its files may include, besides the C++
# standard library. The longest folder that contains a file decides. Nothing may include cmd or test
# but themselves.
INCLUDES = {
    "neuron": (("neuron/",), ()),
    "cluster/model": (("neuron/", "cluster/model/"), ("boost/assert/", "boost/system/")),
    "cluster/client": (
        ("neuron/", "cluster/model/", "cluster/client/"),
        ("boost/", "openssl/", "protozero/", "simdjson.h", "yaml-cpp/"),
    ),
    "cluster/serving": (("cluster/model/", "cluster/serving/"), ("boost/",)),
    "cluster/embedded/store": (
        ("cluster/model/", "cluster/embedded/store/"),
        ("boost/json/", "boost/json.hpp", "boost/system/"),
    ),
    "cluster/embedded/server": (
        ("cluster/model/", "cluster/serving/", "cluster/embedded/"),
        ("boost/",),
    ),
    "scheduler": (
        ("neuron/", "cluster/model/", "scheduler/"),
        ("boost/assert/", "boost/json/", "boost/system/"),
    ),
    "metrics": (
        ("neuron/", "cluster/model/", "cluster/client/", "scheduler/", "metrics/"),
        ("prometheus/",),
    ),
    "cmd/manifest": (
        ("cluster/model/", "cmd/manifest/"),
        ("boost/json/", "boost/json.hpp", "boost/system/", "yaml-cpp/"),
    ),
    "cmd/neuron-scheduler": (
        ("neuron/", "cluster/model/", "cluster/client/", "cluster/serving/", "scheduler/")
        + ("metrics/", "cmd/"),
        ("CLI/", "boost/", "fmt/", "openssl/", "spdlog/", "yaml-cpp/"),
    ),
    "cmd/demo-cluster": (
        ("cluster/model/", "cluster/embedded/", "cmd/"),
        ("CLI/", "boost/", "fmt/", "spdlog/"),
    ),
    "test": (
        ("neuron/", "cluster/", "scheduler/", "metrics/", "cmd/", "test/"),
        ("benchmark/", "boost/", "gmock/", "gtest/", "openssl/", "prometheus/", "protozero/")
        + ("simdjson.h",),
    ),
}

# Folders that know no clock, randomness, thread, socket, file or logger (design.md §2).
CORE = ("neuron/", "cluster/model/", "cluster/embedded/store/", "scheduler/")
CORE_HEADERS_BANNED = set(
    "atomic barrier condition_variable ctime filesystem fstream future iostream latch mutex random"
    " semaphore shared_mutex stop_token syncstream thread".split()
)
SYSTEM_HEADER = re.compile(r"(sys|net|netinet|arpa)/.*|\w+\.h")

CLOCK = re.compile(
    r"::\s*now\s*\(|\bgettimeofday\b|\bclock_gettime\b|\b(?:std\s*::\s*clock|localtime(?:_r)?)\s*\("
    r"|(?<![\w.>])time\s*\(\s*(?:nullptr|NULL|0|&\w+)\s*\)"
)
SLEEP = re.compile(
    r"\bsleep_(?:for|until)\b|\b(?:usleep|nanosleep|clock_nanosleep)\b|(?<![\w.>])sleep\s*\("
)
IMPURE = {
    "randomness": re.compile(
        r"\brandom_device\b|\bmt19937(?:_64)?\b|\bdefault_random_engine\b|\bgetrandom\b"
        r"|\b[de]rand48\b|(?<![\w.>])s?rand(?:om)?\s*\("
    ),
    "threads": re.compile(
        r"\bstd\s*::\s*(?:jthread|thread|async|promise|\w*future|\w*mutex|atomic\w*"
        r"|condition_variable\w*|\w+_lock|lock_guard)\b|\bpthread_\w+|\bthread_local\b"
    ),
    "sockets": re.compile(
        r"(?<![\w.>])(?:socket|socketpair|accept4?|recv(?:from|msg)?|send(?:to|msg)"
        r"|getaddrinfo)\s*\("
    ),
    "the outside world": re.compile(
        r"\bstd\s*::\s*(?:cout|cerr|clog|[io]?fstream|filesystem)\b|\bgetenv\b"
        r"|(?<!\w)f?printf\s*\(|\bfopen\b|\bsystem\s*\("
    ),
}


def is_cpp(path):
    return path.endswith((".hpp", ".cpp"))


def is_core(path):
    return is_cpp(path) and path.startswith(CORE)


def _find(pattern, text, message):
    return [
        (line_of(text, m.start()), message.format(m[0].strip())) for m in pattern.finditer(text)
    ]


def _includes(text):
    pattern = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]', re.MULTILINE)
    plain = without_comments(text)
    for match in pattern.finditer(plain):
        yield line_of(plain, match.start(1)), match[1] == '"', match[2]


def include_direction(path, text):
    folder = max((f for f in INCLUDES if path.startswith(f + "/")), key=len, default=None)
    if not is_cpp(path):
        return []
    if folder is None:
        return [(1, "no row for this folder in INCLUDES")]
    project, third_party = INCLUDES[folder]
    findings = []
    for line, quoted, name in _includes(text):
        if quoted:
            allowed = name.startswith(project) and ".." not in name
        elif "/" not in name and "." not in name:
            allowed = not (is_core(path) and name in CORE_HEADERS_BANNED)
        elif name.startswith(third_party):
            allowed = True
        else:
            allowed = SYSTEM_HEADER.fullmatch(name) and path.startswith(
                ("cmd/", "cluster/client/", "cluster/embedded/server/", "test/")
            )
        if not allowed:
            findings.append((line, f"{folder} may not include {name}"))
    return findings


def own_header_first(path, text):
    if not path.endswith(".cpp") or path.startswith("test/"):
        return []
    own = path[: -len("cpp")] + "hpp"
    names = [(line, name) for line, _, name in _includes(text)]
    if own in [name for _, name in names[1:]] and names[0][1] != own:
        return [(names[0][0], f"{own} must be included first")]
    return []


def pragma_once(path, text):
    if path.endswith(".hpp") and text.split("\n", 1)[0] != "#pragma once":
        return [(1, "a header starts with #pragma once")]
    return []


def real_clock(path, text):
    """Time comes in from cmd; cluster/client reads it where it does its I/O, tests in support."""
    if not is_cpp(path) or path.startswith(
        ("cmd/", "cluster/embedded/server/", "test/support/", "test/bench/")
        # These talk over real loopback sockets.
        + ("test/client/asio_", "test/client/http_peer.", "test/cmd/admin_http_")
    ):
        return []
    if path.startswith("cluster/client/") and any(
        name.startswith(("boost/asio", "boost/beast")) for _, _, name in _includes(text)
    ):
        return []
    code = code_only(text)
    return _find(CLOCK, code, "reads the clock: {}") + _find(SLEEP, code, "sleeps: {}")


def pure_core(path, text):
    if not is_core(path):
        return []
    code = code_only(text)
    return [
        finding
        for what, pattern in IMPURE.items()
        for finding in _find(pattern, code, f"the core knows no {what}: {{}}")
    ]


def detached(path, text):
    if not is_cpp(path):
        return []
    pattern = re.compile(r"\bdetached(?:_t)?\b")
    return _find(pattern, code_only(text), "{} swallows exceptions: handle the completion")


def co_await_shape(path, text):
    """Shapes that GCC 12 compiles into a double free or a use after free; with safe ones beside."""
    if not is_cpp(path):
        return []
    code, findings = code_only(text), []
    for start, statement in statements_with(code, "co_await"):
        line = line_of(code, start + len(statement) - len(statement.lstrip()))
        if len(re.findall(r"\bco_await\b", statement)) > 1:
            findings.append((line, "two co_await in one statement: split it"))
        if "?" in statement:
            findings.append((line, "co_await and ?: in one statement: use if"))
        if "{" in statement:
            findings.append((line, "co_await and { in one statement: name the object first"))
    return findings


def unfinished(path, text):
    pattern = re.compile(r"\b(?:%s)\b" % "|".join(("TO" "DO", "FIX" "ME", "X" "XX", "HA" "CK")))
    return _find(pattern, text, "unfinished: {}")


def line_length(path, text):
    limit = LINE_LENGTH_MAX.get(posixpath.splitext(path)[1])
    if limit is None or posixpath.basename(path).startswith(("LICENSE", ".")):
        return []
    return [
        (number, f"{len(line)} columns, at most {limit}")
        for number, line in enumerate(text.split("\n"), 1)
        if len(line) > limit and not line.lstrip().startswith("#include")
    ]


def header_length(path, text):
    lines = text.count("\n")
    if path.endswith(".hpp") and lines > HEADER_LINES_MAX:
        return [(lines, f"{lines} lines, a header has at most {HEADER_LINES_MAX}: split it")]
    return []


def function_length(path, text):
    spans = []
    if is_cpp(path):
        spans = functions(code_only(text))
    elif path.endswith(".py"):
        spans = (
            (node.lineno, node.end_lineno)
            for node in ast.walk(ast.parse(text))
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        )
    return [
        (first, f"function of {last - first + 1} lines, at most {FUNCTION_LINES_MAX}")
        for first, last in spans
        if last - first + 1 > FUNCTION_LINES_MAX
    ]


def text_form(path, text):
    findings = [
        (number, "blank at the end of the line")
        for number, line in enumerate(text.split("\n"), 1)
        if line != line.rstrip()
    ]
    if "\t" in text and is_cpp(path):
        findings.append((line_of(text, text.index("\t")), "tab"))
    if text and not text.endswith("\n"):
        findings.append((text.count("\n") + 1, "no end of line at the end of the file"))
    return [] if posixpath.basename(path) in ("LICENSE", "go.sum") else findings


RULES = (
    include_direction,
    own_header_first,
    pragma_once,
    real_clock,
    pure_core,
    detached,
    co_await_shape,
    unfinished,
    line_length,
    header_length,
    function_length,
    text_form,
)
