"""A cohort of made-up students, for benchmarks and to look at what a sweep makes of one.

    python benchmarks/cohort.py FOLDER [--students N] [--seed N]

Each student is a folder with a file for most exercises: the starter, the solution, another right
answer or a known wrong one, as chance has it.
"""

import argparse
import random
from pathlib import Path

from checker.course import Course

ROOT = Path(__file__).parents[1]
MISSING = 0.1
"""How likely it is that a student has not handed in an exercise."""


def make_cohort(folder: Path, students: int, seed: int) -> None:
    """Write a cohort into `folder`."""
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
    for number in range(students):
        student = folder / f"student-{number:05}"
        for exercise, files in answers.items():
            if draw.random() < MISSING:
                continue
            # A remark of their own, so that hardly two are the same file.
            content = draw.choice(files).read_text(encoding="utf-8")
            content += f"\n# handed in by {student.name}\n"
            place = student / exercise.chapter / exercise.short_name / "exercise.py"
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(content, encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--students", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    make_cohort(given.folder, given.students, given.seed)


if __name__ == "__main__":
    main()
