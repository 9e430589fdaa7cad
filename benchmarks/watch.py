"""What `checker watch` adds to the runs themselves, from a save to the verdict on the screen.

    python benchmarks/watch.py [--saves N] [NAME ...]

(a) is the time from a save (a new file is put in the old one's place, as editors do it) until the real
    program, in a real pseudo-terminal, has drawn the verdict on both backends
(b) is the time of the runs: the same file graded in this process, by a judge and in a sandbox that are
    as warm

They take turns, so that a machine that slows down slows both down; a file that passes and one that
does not, too. All of it has one seed, so both judge the same runs. The medians are compared. Exits 1 if
the difference is above its target.
"""

import argparse
import math
import os
import re
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import pexpect

from checker.course import Course, Exercise
from checker.feedback.question import SKIPPED
from checker.judge.grade import grade_and_record
from checker.judge.launch import Sandbox, processors, warm_sandboxes
from checker.progress import Progress
from checker.submission import Source, Submission

ROOT = Path(__file__).parents[1]
TARGET = 0.150
"""Real seconds."""

SEED = 1
LIMIT = 60.0

_VERDICT = re.compile(rb"(passed|failed|not started) +\d+\.\d\d s")


def saved_to_drawn(window: "pexpect.spawn[bytes]", exercise: Exercise, content: bytes) -> float:
    """Real seconds from a save to the verdict on the screen."""
    drain(window)
    beside = exercise.file.with_name(".exercise.py.new")
    beside.write_bytes(content)
    began = time.perf_counter()
    beside.replace(exercise.file)
    window.expect(_VERDICT)
    return time.perf_counter() - began


def drain(window: "pexpect.spawn[bytes]") -> None:
    """Wait until nothing more is drawn."""
    while window.expect([r"(?s).+", pexpect.TIMEOUT], timeout=0.5) == 0:
        pass


def graded(exercise: Exercise, source: Source, sandbox: Sandbox) -> float:
    """Real seconds that the runs take."""
    began = time.perf_counter()
    grade_and_record(exercise, source, sandbox=sandbox, seed=SEED)
    return time.perf_counter() - began


def texts(exercise: Exercise) -> Iterator[bytes]:
    """A right answer and the starter in turn, never twice the same."""
    right = (exercise.solutions / "solution.py").read_bytes()
    for number, text in enumerate(cycle((right, exercise.starter))):
        yield text + f"\n# save {number}\n".encode()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("names", nargs="*", default=["forgotten_await", "lost_update", "deadlock"])
    parser.add_argument("--saves", type=int, default=10)
    given = parser.parse_args()

    worst = -math.inf
    everywhere = processors()
    print(f"{'':<20} {'save to verdict':>16} {'the runs':>10} {'ratio':>7} {'difference':>12}")
    with tempfile.TemporaryDirectory() as place, warm_sandboxes(1) as (sandbox,):
        for folder in ("exercises", "solutions"):
            shutil.copytree(ROOT / folder, Path(place, folder))
        course = Course.load(Path(place))
        submission = Submission(Path(place))
        for exercise in course.select(given.names):
            a, b = [], []
            Progress(course).note_answer(exercise, SKIPPED)  # The verdict is what is waited for.
            if sys.platform == "linux":
                os.sched_setaffinity(0, everywhere)  # What is started inherits it.
            window = pexpect.spawn(
                sys.executable,
                ["-m", "checker", "watch", exercise.name, "--seed", str(SEED)],
                cwd=place,
                env={
                    **os.environ,
                    "TERM": "xterm",
                    "NO_COLOR": "1",
                    "LANG": "C.UTF-8",
                    "PYTHONPATH": str(ROOT),
                },
                dimensions=(24, 80),
                timeout=LIMIT,
            )
            window.expect(_VERDICT)
            written = texts(exercise)
            for number in range(given.saves + 2):
                one = saved_to_drawn(window, exercise, next(written))
                sandbox.move_beside()  # As the judge of a watch does: they wake each other all the time.
                other = graded(exercise, submission.source(exercise), sandbox)
                if number >= 2:  # The first of each kind are warming up.
                    a.append(one)
                    b.append(other)
            window.sendline("q")
            window.expect(pexpect.EOF)
            window.close()
            verdict, runs = statistics.median(a), statistics.median(b)
            difference = statistics.median(x - y for x, y in zip(a, b, strict=True))
            worst = max(worst, difference)
            print(
                f"{exercise.short_name:<20} {verdict * 1e3:>13.0f} ms {runs * 1e3:>7.0f} ms "
                f"{verdict / runs:>7.2f} {difference * 1e3:>9.0f} ms"
            )
    print()
    met = worst <= TARGET
    print(
        f"the largest difference: {worst * 1e3:.0f} ms, at most {TARGET * 1e3:.0f} ms: "
        f"{'met' if met else 'NOT MET'}"
    )
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
