"""`checker solution`: how others do it, once one has done it."""

import argparse
import sys

from checker import cli
from checker.feedback import solution
from checker.feedback.terminal import Screen
from checker.progress import Progress
from checker.translation import _

_EPILOG = _(
    """\
examples:
  checker solution lost_update
  checker solution lost_update --show gathered      an alternative, whole
  checker solution lost_update --force              before you have passed it

exit code: 0 shown, 2 not passed yet
"""
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = _(
        "Show the solution of an exercise that you have passed: why it is right, where yours differs, and "
        "which other answers are right."
    )
    parser.epilog = _EPILOG
    cli.add_name(parser)
    parser.add_argument(
        "--show", metavar="ANSWER", help=_("show this answer whole: `solution` or an alternative")
    )
    parser.add_argument(
        "--force", action="store_true", help=_("show it even if you have not passed")
    )


def run(given: argparse.Namespace) -> int:
    course = cli.find_course(given)
    exercise = cli.select_one(course, given.name, "solution")
    if not given.force and not Progress(course).has_passed(exercise):
        raise cli.UsageError(
            _(
                "{name} has not passed yet, so its solution is closed; `{hint}` gives a hint, and "
                "`{command}` opens it all the same",
                name=exercise.short_name,
                hint=f"checker hint {exercise.short_name}",
                command=f"checker solution {exercise.short_name} --force",
            )
        )
    answers = solution.answers(exercise)
    if course.home is not None and not exercise.has_solution:
        raise cli.UsageError(
            " ".join(
                part
                for part in (
                    _(
                        "this course came to you without its solutions; ask the person who gave it to you"
                    ),
                    course.contact,
                )
                if part
            )
        )
    if not exercise.has_solution:
        raise cli.UsageError(
            _(
                "{file} is missing; the solutions belong to the course, so get it again",
                file=f"solutions/{exercise.name}/solution.py",
            )
        )
    screen = Screen(sys.stdout)
    if given.show is None:
        solution.show(screen, exercise)
    elif given.show in answers:
        solution.show_answer(screen, exercise, answers[given.show])
    else:
        raise cli.UsageError(
            _(
                "{exercise} has no answer {name!r}; it has {names}",
                exercise=exercise.short_name,
                name=given.show,
                names=", ".join(answers),
            )
        )
    return cli.PASSED
