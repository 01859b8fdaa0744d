"""Just enough C++ lexing for the rules: blank out comments and literals, find functions."""

import re

_TOKEN = re.compile(
    r"""
      (?P<line_comment>//[^\n]*)
    | (?P<block_comment>/\*.*?\*/)
    | (?P<raw>\b(?:u8|u|U|L)?R"(?P<delim>[^()\\\s]{0,16})\(.*?\)(?P=delim)")
    | (?P<string>"(?:\\.|[^"\\\n])*")
    | (?P<number>\b\d(?:'?[\w.])*)
    | (?P<char>'(?:\\.|[^'\\\n])+')
    """,
    re.DOTALL | re.VERBOSE,
)


def _blank(text):
    return re.sub(r"[^\n]", " ", text)


def without_comments(text):
    """The same text with every comment turned into blanks; lines and columns stay."""

    def keep(match):
        return (
            _blank(match[0]) if match.lastgroup in ("line_comment", "block_comment") else match[0]
        )

    return _TOKEN.sub(keep, text)


def code_only(text):
    """The same text without comments and without what is inside string and character literals."""

    def keep(match):
        if match["number"]:
            return match[0]
        if match["string"] or match["char"]:
            return match[0][0] + _blank(match[0][1:-1]) + match[0][-1]
        return _blank(match[0])

    return _TOKEN.sub(keep, text)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def _without_parens(text):
    """Drops everything inside ( ), keeping the parentheses."""
    kept, depth = [], 0
    for char in text:
        depth -= char == ")"
        if depth <= 0:
            kept.append(char)
        depth += char == "("
    return "".join(kept)


def _without_angles(text):
    """Drops template parameters and arguments."""
    shorter = re.sub(r"<[^<>]*>", "", text)
    return text if shorter == text else _without_angles(shorter)


def _kind(header):
    """What a '{' opens, from the text before it: scope, function, member initializer or data."""
    flat = re.sub(r"\boperator\s*(\(\)|[^\s\w(]+)", "operator", header)
    flat = _without_angles(_without_parens(flat).split("->")[0])
    if "(" not in flat:
        return (
            "scope"
            if re.search(r"\b(namespace|class|struct|union|enum|extern)\b", flat)
            else "data"
        )
    if re.search(r"=[^=]*\(", flat):
        return "data"
    if re.search(r"\)[^:]*(?<!:):(?!:)", flat) and re.search(r"[\w>]\s*$", header):
        return "initializer"
    return "function"


def functions(code):
    """Yields (first line, last line) of every function body in text that code_only() returned."""
    code = re.sub(r"(?m)^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda m: _blank(m[0]), code)
    stack, header_start, parens = [], 0, 0
    for match in re.finditer(r"[{}();]", code):
        char, at = match[0], match.start()
        open_kind = stack[-1][0] if stack else "scope"
        if open_kind == "scope":
            parens += (char == "(") - (char == ")")
            if char == ";" and parens == 0:
                header_start = at + 1
        if char == "{":
            kind = _kind(code[header_start:at]) if open_kind == "scope" and parens == 0 else "data"
            stack.append((kind, at))
            if kind == "scope":
                header_start = at + 1
        elif char == "}" and stack:
            kind, start = stack.pop()
            if kind == "function":
                yield line_of(code, start), line_of(code, at)
            if kind in ("function", "scope"):
                header_start = at + 1


def statements_with(code, word):
    """Yields (offset, statement) for each statement of code_only() text that has the word.

    A statement ends at ';', or at the '{' of the block that it controls; braces inside it stay.
    """
    last_end = -1
    for match in re.finditer(rf"\b{word}\b", code):
        if match.start() < last_end:
            continue
        start = max(code.rfind(char, 0, match.start()) for char in ";{}") + 1
        depth, end = 0, len(code)
        for at in range(start, len(code)):
            char = code[at]
            depth += (char in "([") - (char in ")]")
            if depth < 0 or (depth == 0 and char == ";"):
                end = at
                break
            if char == "{" and depth == 0 and code[start:at].rstrip().endswith(")"):
                end = at
                break
            depth += (char == "{") - (char == "}")
            if depth < 0:
                end = at
                break
        last_end = end
        yield start, code[start:end]
