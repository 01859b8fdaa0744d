"""What 20,000 pods that never fit cost those that do, and what the metrics cost, in instructions of the decision loop.

Counted by callgrind over measured_part() of test/bench/decision_loop.cpp: a machine's noise does not show.

    ./dev bench instructions [--nodes N] [--sleepers N] [--pods N]
"""

import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile


def instructions(program, nodes, sleepers, pods, *more):
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder, "callgrind.out")
        command = ["valgrind", "--tool=callgrind", "--toggle-collect=*measured_part*", "--dump-instr=no"]
        command += [f"--callgrind-out-file={out}", program, str(nodes), str(sleepers), str(pods), *more]
        done = subprocess.run(command, capture_output=True, text=True, timeout=1800)
        if done.returncode != 0:
            sys.exit(f"{' '.join(command)}: {done.stdout}{done.stderr}")
        totals = re.search(r"^(?:totals|summary): (\d+)", out.read_text(), re.MULTILINE)
        return int(totals[1]), done.stdout.strip()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--nodes", type=int, default=1000)
    parser.add_argument("--sleepers", type=int, default=20000)
    parser.add_argument("--pods", type=int, default=1000)
    options = parser.parse_args()
    program = pathlib.Path(os.environ["NEURON_SCHEDULER_BINARY"]).parent / "test" / "bench_decision_loop"
    per_pod = []
    for sleepers in (0, options.sleepers):
        count, said = instructions(program, options.nodes, sleepers, options.pods)
        per_pod.append(count / options.pods)
        print(f"{sleepers:6} sleeping, {options.nodes} nodes: {per_pod[-1]:10,.0f} instructions a bound pod ({said})")
    print(f"ratio: {per_pod[1] / per_pod[0]:.4f}")
    metered = instructions(program, options.nodes, 0, options.pods, "metered")[0] / options.pods
    print(f"with metrics, none sleeping: {metered:,.0f}, {100 * (metered / per_pod[0] - 1):.1f} % more")


if __name__ == "__main__":
    main()
