"""A cohort of made-up students, for benchmarks and to look at what a sweep makes of one.

    python -m benchmarks.cohort FOLDER [--students N] [--honest] [--seed N]

Each student is a folder with a file for most exercises: the starter, the solution, another right
answer or a known wrong one, as chance has it. Among them are all attacks that the tests know, each
as a student of its name; those that are a file hand in the other exercises like everybody else.
"""

import argparse
import random
import sys
from collections.abc import Sequence
from pathlib import Path

from checker.course import Course
from tests import hostile

ROOT = Path(__file__).parents[1]
MISSING = 0.1
"""How likely it is that a student has not handed in an exercise."""


def make_cohort(
    folder: Path, students: int, seed: int, *, attacks: Sequence[Path] = (), odd: bool = False
) -> None:
    """Write a cohort into `folder`; of its students, one for each of `attacks` hands that in, and one
    each what is more than a file, if `odd`."""
    draw = random.Random(seed)
    course = Course.load(ROOT)
    answers = {
        exercise: [
            exercise.solutions / "starter.py",
            exercise.solutions / "solution.py",
            *sorted((exercise.solutions / "alternatives").glob("*.py")),
            *sorted((exercise.solutions / "mistakes").glob("*.py")),
        ]
        for exercise in course
    }
    folder.mkdir(parents=True, exist_ok=True)
    unusual = hostile.hand_in_odd(folder, course) if odd else []
    honest = students - len(attacks) - len(unusual)
    attackers = {f"{attack.stem}-{n}": attack for n, attack in enumerate(attacks)}
    for name in [*(f"student-{n:05}" for n in range(honest)), *attackers]:
        for exercise, files in answers.items():
            if draw.random() < MISSING:
                continue
            content = draw.choice(files).read_bytes() + remark(name).encode()
            hostile.put(folder / name, exercise, content)
    for name, attack in attackers.items():
        with hostile.hand_in(folder / name, course, attack).open("a", encoding="utf-8") as file:
            file.write(remark(name))


def remark(name: str) -> str:
    """What each file ends with, so that no two are the same."""
    return f"\n# handed in by {name}\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--students", type=int, default=200)
    parser.add_argument("--honest", action="store_true", help="without attacks")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    attacks = [] if given.honest else hostile.FILES
    least = 0 if given.honest else len(hostile.FILES) + len(hostile.ODD)
    if given.students < least:
        parser.error(f"there are {least} attacks; ask for more students, or for --honest ones")
    if given.folder.exists() and any(given.folder.iterdir()):
        parser.error(f"{given.folder} is not empty")
    make_cohort(given.folder, given.students, given.seed, attacks=attacks, odd=not given.honest)
    return 0


if __name__ == "__main__":
    sys.exit(main())
