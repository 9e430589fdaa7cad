"""What grading costs, side by side in one run, as ratios: machines differ, ratios hardly do.

    python benchmarks/grade.py [--rounds N] [--skip-usual-way]

(a) starts Python and imports anyio and trio: what any program on AnyIO pays before its first line
(b) forks and reaps the warmed process: what a run of a submission cannot do without
(c) is one run of a small exercise, on each backend
(d) is `checker grade --submission solutions` of twelve exercises of all chapters on two backends, from the
    command line; quick, as for each save, and with `--thorough`, as in a sweep
(e) is the usual way: the same twelve, judged by pytest with AnyIO's plugin on the real clock, with
    latencies scaled down to be fair to it; see benchmarks/usual_way/

Each round measures all of them in turn, so that a machine that slows down slows all of them down.
The medians are compared. Exits 1 if a ratio is above its target.
"""

import argparse
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from checker import Case, Service
from checker.course import Course, Exercise
from checker.judge.launch import Program, Sandbox
from checker.judge.setting import Setting

ROOT = Path(__file__).parents[1]
RUNS = 60

_FORKS = """
import os, sys, time
from checker_sandbox import server
server.warm_up()
durations = []
for _ in range({runs}):
    began = time.clock_gettime(time.CLOCK_MONOTONIC)
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    durations.append(time.clock_gettime(time.CLOCK_MONOTONIC) - began)
os.write(1, str(sorted(durations)[len(durations) // 2]).encode())
"""


def timed(action: Callable[[], object]) -> float:
    """Real seconds that `action` takes."""
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def command(*words: str) -> float:
    """Real seconds that a command takes; what it prints is not shown."""
    return timed(lambda: subprocess.run(words, cwd=ROOT, capture_output=True, check=True))


def fork() -> float:
    code = _FORKS.format(runs=RUNS)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    return float(done.stdout)


class Account(Service):
    latency = 1.0

    def __init__(self) -> None:
        self.balance = 0

    def read(self) -> int:
        return self.balance

    def write(self, balance: int) -> None:
        self.balance = balance


def one_run(sandbox: Sandbox, source: bytes, backend: str) -> float:
    """The median of many runs of two deposits to one account, with the locks that they need."""
    setting = Setting(sandbox, Program(source), backend)

    def run() -> None:
        world = Case(setting, "benchmark").world()
        account = world.add(Account())
        world.run("deposit_all", [account], [(0, 1), (0, 2)])

    run()
    return statistics.median(timed(run) for _ in range(RUNS))


def twelve(course: Course) -> list[Exercise]:
    """As many exercises, at equal distances in the course."""
    exercises = list(course)
    return [exercises[number * len(exercises) // 12] for number in range(12)]


def usual_way(exercises: Sequence[Exercise]) -> float:
    """Real seconds of the usual way, without what it takes to find out what the checks ask."""
    only = " or ".join(exercise.short_name for exercise in exercises)
    words = [sys.executable, "-m", "pytest", "-q", "-s", "-k", only, "benchmarks/usual_way"]
    began = time.perf_counter()
    done = subprocess.run(words, cwd=ROOT, capture_output=True, check=True, text=True)
    took = time.perf_counter() - began
    collecting = re.search(r"collecting the scenarios took ([\d.]+) s", done.stdout)
    assert collecting is not None
    return took - float(collecting[1])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--skip-usual-way", action="store_true", help="(e) takes the longest")
    given = parser.parse_args()

    course = Course.load(ROOT)
    (exercise,) = course.select(["lost_update"])
    source = (exercise.solutions / "solution.py").read_bytes()
    checker = str(Path(sys.executable).with_name("checker"))
    names = [exercise.name for exercise in twelve(course)]
    grade = [checker, "grade", "--submission", "solutions", *names]
    measured: dict[str, list[float]] = {}
    with Sandbox() as sandbox:
        for number in range(given.rounds):
            print(f"\rround {number + 1} of {given.rounds} ", end="", file=sys.stderr, flush=True)
            for name, seconds in {
                "a": command(sys.executable, "-c", "import anyio, trio"),
                "b": fork(),
                "c asyncio": one_run(sandbox, source, "asyncio"),
                "c trio": one_run(sandbox, source, "trio"),
                "d quick": command(*grade),
                "d thorough": command(*grade, "--thorough"),
                "help": command(checker, "--help"),
                "list": command(checker, "list"),
            }.items():
                measured.setdefault(name, []).append(seconds)
    print("\r", end="", file=sys.stderr)
    if not given.skip_usual_way:
        measured["e"] = [usual_way(twelve(course))]
    median = {name: statistics.median(values) for name, values in measured.items()}

    for name, meaning in {
        "a": "start Python, import anyio and trio",
        "b": "fork and reap the warmed process",
        "c asyncio": "one run of a small exercise on asyncio",
        "c trio": "one run of a small exercise on trio",
        "d quick": "checker grade --submission solutions",
        "d thorough": "the same with --thorough",
        "e": "the usual way: pytest on the real clock",
        "help": "checker --help",
        "list": "checker list",
    }.items():
        if name in median:
            print(f"{name:<11} {meaning:<42} {median[name] * 1e3:>10.1f} ms")
    print()
    met = [
        target("c asyncio / (2 b + 2 ms)", median["c asyncio"] / (2 * median["b"] + 0.002), 1),
        target("c trio / (2 b + 2 ms)", median["c trio"] / (2 * median["b"] + 0.002), 1),
        target("d quick / a", median["d quick"] / median["a"], 8),
        target("d thorough / d quick", median["d thorough"] / median["d quick"], 4),
        target("help / a", median["help"] / median["a"], 1.5),
        target("list / a", median["list"] / median["a"], 1.5),
    ]
    if "e" in median:
        met.append(target("d quick / e", median["d quick"] / median["e"], 0.1))
    return 0 if all(met) else 1


def target(name: str, ratio: float, most: float) -> bool:
    met = ratio <= most
    print(f"{name:<44} {ratio:>8.3f}   at most {most:g}: {'met' if met else 'NOT MET'}")
    return met


if __name__ == "__main__":
    sys.exit(main())
