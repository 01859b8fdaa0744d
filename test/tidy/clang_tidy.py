#!/usr/bin/env python3
"""Runs clang-tidy over the sources of the program, remembering those that were clean.

    clang_tidy.py BUILD_FOLDER CLANG_TIDY CLANG JOBS

A source is looked at again when it, one of our headers that it includes, its flags, the checks or the
tool change. What is remembered lies outside the clone, in $XDG_CACHE_HOME/neuron-scheduler/clang-tidy.
"""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDERS = ("neuron/", "cluster/", "scheduler/", "metrics/", "cmd/")


def output(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True, cwd=ROOT).stdout


def compile_commands(build_folder):
    """{source relative to the root: compiler arguments} of our sources; Boost's are not ours."""
    commands = {}
    for entry in json.loads((build_folder / "compile_commands.json").read_text()):
        source = os.path.relpath(entry["file"], ROOT)
        text = pathlib.Path(entry["file"])
        if source.startswith(FOLDERS) and not re.search(r"/boost_\w+\.cpp$", source) and text.exists():
            arguments = shlex.split(entry["command"])[1:]
            commands[source] = arguments[: arguments.index("-o")]
    return commands


def fingerprint(source, arguments, tools):
    clang = tools["clang"]
    rule = output(clang, *arguments, "-MM", source)
    read = rule.split(":", 1)[1].replace("\\\n", " ").split()
    ours = {os.path.relpath(ROOT / name, ROOT) for name in read}
    digest = hashlib.sha256(tools["version"].encode())
    digest.update(" ".join(arguments).replace(str(ROOT), "").encode())
    for name in [".clang-tidy", *sorted(name for name in ours if not name.startswith(".."))]:
        digest.update(name.encode() + b"\0" + (ROOT / name).read_bytes() + b"\0")
    return digest.hexdigest()


def look_at(source, arguments, tools, cache):
    """None if the source is clean, else what is wrong."""
    remembered = cache / fingerprint(source, arguments, tools)
    if remembered.exists():
        return None
    command = [tools["clang-tidy"], "-p", str(tools["build"]), "--quiet", source]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT, check=False
    )
    if done.returncode == 0:
        remembered.touch()
        return None
    return done.stdout


def main(build_folder, clang_tidy, clang, jobs):
    tools = {"clang": clang, "clang-tidy": clang_tidy, "build": pathlib.Path(build_folder).resolve()}
    tools["version"] = output(clang_tidy, "--version")
    home = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    cache = pathlib.Path(home) / "neuron-scheduler" / "clang-tidy"
    cache.mkdir(parents=True, exist_ok=True)
    commands = compile_commands(tools["build"])
    with concurrent.futures.ThreadPoolExecutor(int(jobs)) as pool:
        futures = [pool.submit(look_at, *item, tools, cache) for item in sorted(commands.items())]
        findings = [text for text in (future.result() for future in futures) if text]
    print("\n".join(findings) + f"\n{len(commands)} sources, {len(findings)} with findings")
    return 1 if findings or not commands else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
