"""A cohort of made-up students, to look at what a sweep makes of one, for benchmarks and for tests.

Each student is a folder with a file for most exercises: the starter, the solution, another right
answer or a known wrong one, as chance has it. Attackers hand in one attack each, of all that the tests
know, under its name; those whose attack is a file hand in the other exercises like everybody else.
"""

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from checker.course import Course, shipped
from checker.demo import hostile

__all__ = ["kinds_of_attacks", "make_cohort", "make_demo"]

MISSING: Final = 0.1
"""How likely it is that a student has not handed in an exercise."""


def kinds_of_attacks() -> int:
    """How many attacks there are, each of which an attacker can hand in."""
    return len(hostile.FILES) + len(hostile.ODD)


def make_demo(folder: Path, students: int, attackers: int, seed: int) -> None:
    """Write a cohort into `folder`, whose last `attackers` students attack. Each attack is there once
    before one is there twice; those that are more than a file are there once at the most."""
    odd = [*hostile.ODD] if attackers >= kinds_of_attacks() else []
    files = [*hostile.FILES]
    random.Random(seed).shuffle(files)
    count = attackers - len(odd)
    chosen = sorted(files[n % len(files)] for n in range(count))
    make_cohort(folder, students, seed, attacks=chosen, odd=bool(odd))


def make_cohort(
    folder: Path, students: int, seed: int, *, attacks: Sequence[Path] = (), odd: bool = False
) -> None:
    """Write a cohort into `folder`; of its students, one for each of `attacks` hands that in, and one
    each what is more than a file, if `odd`."""
    draw = random.Random(seed)
    course = Course.load(shipped())
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
