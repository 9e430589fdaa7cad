"""`checker reset`: the starter again, with what one wrote beside it."""

import argparse
import sys

from checker import cli
from checker.course import Exercise
from checker.feedback.terminal import Screen
from checker.restore import restore
from checker.translation import _, ngettext

_EPILOG = _(
    """\
examples:
  checker reset lost_update
  checker reset .               the exercise whose folder you are in
  checker reset --all           every exercise that you have changed; it asks first
  checker reset --all --yes     the same, and does not ask

What you wrote is kept beside it, as exercise.mine.py (or exercise.mine-2.py, ...). What you have passed
stays passed.
"""
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = _(
        "Bring the starter of an exercise back, even if its file is missing. Nothing that you wrote is "
        "lost."
    )
    parser.epilog = _EPILOG
    cli.add_name(parser)
    parser.add_argument("--all", action="store_true", help=_("reset every exercise of the course"))
    parser.add_argument("--yes", action="store_true", help=_("do not ask"))


def run(given: argparse.Namespace) -> int:
    course = cli.find_course(given)
    screen = Screen(sys.stdout)
    if not given.all:
        exercise = cli.select_one(course, given.name, "reset")
        if not _reset(screen, exercise):
            screen.paragraph(_("{name} is the starter already.", name=exercise.short_name))
        return cli.PASSED
    if given.name:
        raise cli.UsageError(_("--all is every exercise; leave {name} out", name=given.name))
    changed = [exercise for exercise in course if not _is_starter(exercise)]
    if not changed:
        screen.paragraph(_("Every exercise is the starter already."))
        return cli.PASSED
    if not given.yes and not _agreed(screen, changed):
        screen.paragraph(_("Nothing was changed."))
        return cli.FAILED
    for exercise in changed:
        _reset(screen, exercise)
    return cli.PASSED


def _is_starter(exercise: Exercise) -> bool:
    return exercise.file.is_file() and exercise.file.read_bytes() == exercise.starter


def _agreed(screen: Screen, changed: list[Exercise]) -> bool:
    if not sys.stdin.isatty():
        raise cli.UsageError(
            _("nobody is there to be asked; `checker reset --all --yes` does not ask")
        )
    for exercise in changed:
        screen.line(f"  {exercise.name}")
    question = ngettext(
        "Bring {number} starter back, and keep what you wrote beside it? [y/N]",
        "Bring {number} starters back, and keep what you wrote beside them? [y/N]",
        len(changed),
    )
    screen.paragraph(question)
    sys.stdout.flush()
    # TRANSLATORS: the answers that mean yes, separated by spaces.
    return sys.stdin.readline().strip().lower() in _("y yes").split()


def _reset(screen: Screen, exercise: Exercise) -> bool:
    """Reset an exercise and say so; False if there was nothing to do."""
    try:
        done = restore(exercise)
    except OSError as error:
        raise cli.UsageError(
            _(
                "{file} cannot be reset ({reason}); nothing was changed: make the folder writable, and try again",
                file=exercise.shown_file,
                reason=(error.strerror or str(error)).lower(),
            )
        ) from None
    if not done.is_new:
        return False
    screen.paragraph(_("{name} is the starter again.", name=exercise.short_name), hanging="  ")
    if done.kept is not None:
        kept = f"exercises/{exercise.name}/{done.kept.name}"
        screen.paragraph(_("What you wrote is kept in {file}", file=kept), "  ", hanging="  ")
    return True
