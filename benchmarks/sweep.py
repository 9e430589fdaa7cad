"""What a sweep costs, side by side in one run, as ratios.

    python -m benchmarks.sweep [--whole N] [--small N] [--skip-usual-way] [--skip-large]

Cohorts are made as `checker demo` makes them: right answers, known wrong ones, starters and attacks, mixed
by a seed. In a *whole* one each student hands in twelve exercises of all chapters, in a *small* one a
single exercise, so that a sandbox for each submission weighs most. The cohort that is ten times as large
has the same attacks, each ten times: some cost a hundred times what others do.

- submissions a second with one job and with two
- isolation: what bubblewrap adds to runs that have a process each, which is what it may cost; and what a
  process for each run adds where the runs of a search could share one, which is the price of a verdict
  that no earlier run has a hand in. Two sandboxes search for mistakes in right answers at the same time,
  each on a processor, and then again the other way round
- ten times as many submissions: time, and the memory of the largest process: of those that judge, of
  the one that keeps the journal, and of the sandboxes
- beside the usual way: one pytest process for each submission over the same checks, on the real clock. It
  plays the worlds of a quick grade, so that is what it is compared with, in a jail, and not a sweep, which
  plays some twenty times as many. Both judge right answers: the usual way has no answer to attacks.

Exits 1 if a ratio is above its target.
"""

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.grade import target, twelve, usual_way
from checker.course import Course, Exercise
from checker.demo import hostile
from checker.demo.cohort import make_cohort

ROOT = Path(__file__).parents[1]

_SWEEP = """
import resource, sys, time
from pathlib import Path
from checker.course import Course
from checker.judge.jail import Jail
from checker.sweep.collect import collect
from checker.sweep.journal import Journal
from checker.sweep.sweep import plan_sweep, sweep

cohort, out, isolation, jobs = sys.argv[1:]
course = Course.load(Path.cwd())
exercises = list(course)
jail = Jail.find() if isolation == "bubblewrap" else None
began = time.perf_counter()
students, _ = collect([Path(cohort)], exercises)
plan, meant = plan_sweep(course, exercises, students, seed=1, isolation=isolation)
with Journal(Path(out)) as journal:
    sweep(journal, course, plan, meant, jail=jail, jobs=int(jobs))
seconds = time.perf_counter() - began
whose = resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN
print(seconds, max(resource.getrusage(who).ru_maxrss for who in whose) / 1024)
"""

_THOROUGH = """
import sys, time
from checker.course import Course
from checker.judge.grade import grade
from checker.judge.jail import Jail
from checker.judge.launch import Sandbox, processors
from checker.judge.search.explore import THOROUGH
from checker.submission import Submission
from pathlib import Path

class Sealed(Sandbox):
    has_sealed_runs = True

way, which, *names = sys.argv[1:]
submission = Submission(Path("solutions"))
exercises = Course.load(Path.cwd()).select(names)
processor = processors()[int(which) % len(processors())]
jail = Jail.find() if way == "jailed" else None
with (Sandbox if way == "shared" else Sealed)(processor, jail) as sandbox:
    sandbox.await_ready()
    sandbox.move_beside()
    began = time.perf_counter()
    for exercise in exercises:
        grade(exercise, submission.source(exercise), sandbox=sandbox, seed=1, depth=THOROUGH)
print(time.perf_counter() - began)
"""

_QUICK = """
import sys, time
from checker.course import Course
from checker.judge.grade import grade
from checker.judge.jail import Jail
from checker.judge.launch import Sandbox
from checker.submission import Submission
from pathlib import Path

submission = Submission(Path("solutions"))
exercises = Course.load(Path.cwd()).select(sys.argv[1:])
began = time.perf_counter()
with Sandbox(0, Jail.find()) as sandbox:
    for exercise in exercises:
        grade(exercise, submission.source(exercise), sandbox=sandbox, seed=1)
print(time.perf_counter() - began)
"""


def sweep(cohort: Path, isolation: str, jobs: int) -> tuple[float, float]:
    """Real seconds of a sweep, and the most memory that a process of it had, in MiB."""
    with tempfile.TemporaryDirectory() as out:
        words = [sys.executable, "-c", _SWEEP, str(cohort), out, isolation, str(jobs)]
        done = subprocess.run(words, cwd=ROOT, capture_output=True, check=True, text=True)
    seconds, memory = map(float, done.stdout.split())
    return seconds, memory


def quick_grade(exercises: Sequence[Exercise]) -> float:
    """Real seconds of a quick grade of right answers to them, in a jail, with one job."""
    words = [sys.executable, "-c", _QUICK, *(exercise.name for exercise in exercises)]
    return float(subprocess.run(words, cwd=ROOT, capture_output=True, check=True).stdout)


def thorough_beside(exercises: Sequence[Exercise], ways: tuple[str, str]) -> tuple[float, float]:
    """Real seconds of a thorough grade of right answers to them in each of two ways, side by side:
    "jailed", each run in a process of its own, without a jail ("sealed"), or several in one ("shared")."""
    names = [exercise.name for exercise in exercises]
    spent = dict.fromkeys(ways, 0.0)
    for order in (ways, ways[::-1]):
        running = [
            subprocess.Popen(
                [sys.executable, "-c", _THOROUGH, way, str(processor), *names],
                cwd=ROOT,
                stdout=subprocess.PIPE,
            )
            for processor, way in enumerate(order)
        ]
        for way, process in zip(order, running, strict=True):
            said, _ = process.communicate()
            if process.returncode:
                raise SystemExit(f"the thorough grade ({way}) failed")
            spent[way] += float(said) / 2
    return spent[ways[0]], spent[ways[1]]


def without_others(cohort: Path, exercises: Sequence[Exercise]) -> None:
    """Takes all other exercises out of a whole cohort, except those in which somebody attacks."""
    kept = {exercise.name for exercise in exercises}
    for file in cohort.glob("*/*/*/exercise.py"):
        if "/".join(file.parts[-3:-1]) not in kept and not hostile.said(file, "For"):
            shutil.rmtree(file.parent)


def thinned(cohort: Path, folder: Path) -> None:
    """A small cohort out of a whole one: of each student, one exercise, in turn; of an attacker, the
    attack."""
    for number, student in enumerate(sorted(cohort.iterdir())):
        files = sorted(student.rglob("exercise.py"))
        attacks = [file for file in files if hostile.said(file, "For")]
        chosen = attacks[0] if attacks else files[number % len(files)]
        place = folder / student.name / chosen.relative_to(student)
        place.parent.mkdir(parents=True)
        shutil.copyfile(chosen, place)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--whole", type=int, default=8, help="students of a whole cohort")
    parser.add_argument("--small", type=int, default=40, help="students of a small cohort")
    parser.add_argument("--skip-usual-way", action="store_true")
    parser.add_argument("--skip-large", action="store_true", help="the cohort ten times as large")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        whole, small, large = (Path(folder, name) for name in ("whole", "small", "large"))
        draw = random.Random(1)
        make_cohort(whole, given.whole, 1, attacks=draw.sample(hostile.FILES, given.whole // 8))
        exercises = twelve(Course.load(ROOT))
        without_others(whole, exercises)
        attacks = sorted(draw.sample(hostile.FILES, given.small // 20))
        everything = Path(folder, "everything")
        make_cohort(
            everything, given.small * 10, 2, attacks=[a for a in attacks for _ in range(10)]
        )
        small.mkdir()
        large.mkdir()
        thinned(everything, large)
        # Those who hand in one attack follow one another, so that each is there once in the tenth.
        for student in sorted(large.iterdir())[::10]:
            shutil.copytree(student, small / student.name)
        return _measure(given, exercises, whole, small, large)


def _measure(
    given: argparse.Namespace,
    exercises: Sequence[Exercise],
    whole: Path,
    small: Path,
    large: Path,
) -> int:
    def measure(
        what: str, cohort: Path, count: int, isolation: str, jobs: int
    ) -> tuple[float, float]:
        print(f"\r{what} ...", end="", file=sys.stderr, flush=True)
        seconds, memory = sweep(cohort, isolation, jobs)
        print(
            f"\r{what:<44} {seconds:>7.1f} s  {count / seconds:>7.2f} a second  {memory:>6.0f} MiB"
        )
        return seconds, memory

    began = time.perf_counter()
    one, _ = measure(f"{given.whole} whole, 1 job", whole, given.whole, "bubblewrap", 1)
    two, _ = measure(f"{given.whole} whole, 2 jobs", whole, given.whole, "bubblewrap", 2)
    few, before = measure(f"{given.small} small, 2 jobs", small, given.small, "bubblewrap", 2)
    print("\rthe same answers in a jail and in none ...", end="", file=sys.stderr, flush=True)
    some = exercises[:4]
    jailed, sealed = thorough_beside(some, ("jailed", "sealed"))
    alone, shared = thorough_beside(some, ("sealed", "shared"))
    print(f"\r{f'{len(some)} right answers, thorough, in a jail':<44} {jailed:>7.1f} s")
    print(f"{'beside them, not in one':<44} {sealed:>7.1f} s")
    print(f"{'not in one, a process for each run':<44} {alone:>7.1f} s")
    print(f"{'beside them, where runs share processes':<44} {shared:>7.1f} s")
    print(f"{'a process for each run / shared processes':<44} {alone / shared:>7.2f}")
    met = [
        target("1 job / 2 jobs, at least", 1.8 / (one / two), 1),
        target("jail / no jail, a process for each run", jailed / sealed, 1.15),
    ]
    if not given.skip_large:
        count = given.small * 10
        many, after = measure(f"{count} small, 2 jobs", large, count, "bubblewrap", 2)
        met += [
            target(f"{count} / {given.small} submissions, time", many / few, 10.5),
            target("memory that comes on top, MiB", after - before, 20),
        ]
    if not given.skip_usual_way:
        print("\rthe usual way ...", end="", file=sys.stderr, flush=True)
        usual, ours = usual_way(exercises), quick_grade(exercises)
        print(f"\r{'the usual way, a whole right submission':<44} {usual:>7.1f} s")
        print(f"{'a quick grade of it, jailed, 1 job':<44} {ours:>7.1f} s")
        met.append(target("10 x quick / usual way", 10 * ours / usual, 1))
    print(f"\n{time.perf_counter() - began:.0f} s in all")
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
