"""`checker watch`: judges on save, and redraws."""

import argparse
import os
import sys

from checker import cli
from checker.arguments import seed
from checker.feedback.terminal import Screen
from checker.translation import _

_DESCRIPTION = _(
    """\
Judge an exercise whenever you save it, and show the verdict: leave this open beside your editor.

It shows the first check that fails, with what happened in that run. When the exercise passes, it stays
there until you press a key for the next one. The keys are shown at the bottom.
"""
)
_EPILOG = _(
    """\
examples:
  checker watch                             the next exercise of the course
  checker watch lost_update

exit code: 0 you quit, 2 wrong usage, or there is no terminal
"""
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description, parser.epilog = _DESCRIPTION, _EPILOG
    cli.add_name(parser)
    parser.add_argument(
        "--seed",
        type=seed,
        metavar="N",
        help=_("draw the secret inputs from N (default: a new seed each time)"),
    )
    parser.add_argument(
        "--poll",
        action="store_true",
        help=_(
            "poll the files, where saving them causes no events (default: on the "
            "network and container mounts that it knows)"
        ),
    )


def run(given: argparse.Namespace) -> int:
    course = cli.find_course(given)
    exercise = cli.select_one(course, given.name, "watch")
    grade = f"checker grade {exercise.short_name}"
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise cli.UsageError(
            _("there is no terminal to draw on; after each save, run `{command}`", command=grade)
        )
    screen = Screen(sys.stdout)
    if not screen.overwrites or not os.environ.get("TERM"):
        raise cli.UsageError(
            _(
                "nothing can be drawn here (see TERM and CHECKER_PLAIN in your environment); after each "
                "save, run `{command}`",
                command=grade,
            )
        )
    # Only this command needs them, and they take a while.
    import anyio

    from checker.watch.keys import Terminal
    from checker.watch.loop import Watch
    from checker.watch.session import Session

    session = Session(course, exercise)
    terminal = Terminal(sys.stdin.fileno(), sys.stdout.fileno())
    watch = Watch(session, terminal, seed=given.seed, poll=given.poll or None)
    number = anyio.run(watch.run)
    session.say_goodbye(Screen(sys.stdout))
    return cli.PASSED if number == 0 else 128 + number
