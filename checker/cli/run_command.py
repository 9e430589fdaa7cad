"""`checker run`: one run of an exercise, as a story and as a timeline."""

import argparse
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path

from checker import cli
from checker.arguments import seed
from checker.course import Check, Course, Exercise
from checker.feedback import story
from checker.feedback.terminal import Screen
from checker.judge.launch import warm_sandboxes
from checker.recording import Recording
from checker.report import BACKENDS
from checker.restore import how_to_restore
from checker.submission import Submission
from checker.translation import _

_DESCRIPTION = _(
    """\
Show one run of an exercise: what happened in it, step by step, and a timeline of its tasks.

It is the smallest run that shows what is wrong: of the first check that fails, or of CHECK. If
nothing fails, it is a run of the first check. Every failure in a report has a token, which shows
that very run again, even after you have changed your program.
"""
)
_EPILOG = _(
    """\
examples:
  checker run lost_update
  checker run lost_update --page run.html       both backends, in a page for the browser
  checker run lost_update --backend trio --check accounts_overlap
  checker run lost_update --replay TOKEN

exit code: 0 the check passes, 1 it fails, 2 wrong usage
"""
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description, parser.epilog = _DESCRIPTION, _EPILOG
    cli.add_name(parser)
    parser.add_argument("--check", metavar="CHECK", help=_("a check, by its name in checks.py"))
    parser.add_argument(
        "--replay",
        metavar="TOKEN",
        help=_("show the run with this token, from a report of `checker grade`"),
    )
    parser.add_argument(
        "--backend", choices=BACKENDS, help=_("default: the first on which the check fails")
    )
    parser.add_argument(
        "--seed",
        metavar="N",
        type=seed,
        help=_("draw the secret inputs from N (default: a new seed each time)"),
    )
    parser.add_argument(
        "--thorough",
        action="store_true",
        help=_("search as far for a run that goes wrong as `checker grade --thorough` does"),
    )
    parser.add_argument(
        "--submission",
        metavar="PATH",
        type=Path,
        help=_("as for `checker grade` (default: the course that you are in)"),
    )
    parser.add_argument(
        "--page",
        metavar="FILE",
        type=Path,
        help=_("write it to an HTML file too, with both backends"),
    )


def run(given: argparse.Namespace) -> int:
    course = Course.find(Path.cwd())
    exercise = cli.select_one(course, given.name, "run")
    submission = Submission(given.submission or course.root, is_own=given.submission is None)
    submission.expect_any([exercise])
    source = submission.source(exercise)
    if given.replay and (given.check or given.seed is not None):
        raise cli.UsageError(
            _("a token holds its check and all that was drawn; leave --check and --seed out")
        )
    backends = [given.backend] if given.backend else []
    drawn = given.seed if given.seed is not None else secrets.randbelow(10**9)
    with warm_sandboxes(1) as (sandbox,):
        # Imported while it warms up.
        from checker.judge.replay import BadToken
        from checker.judge.search.explore import QUICK, THOROUGH
        from checker.judge.show import show, show_again

        sandbox.move_beside()
        if source.missing and source.is_own:
            raise cli.UsageError(how_to_restore(exercise))
        if source.missing or source.fault is not None or source.obstacle is not None:
            reason = source.fault or source.obstacle or _("no such file")
            raise cli.UsageError(f"{source.file}: {reason}")
        try:
            if given.replay:
                wanted = BACKENDS if given.page else backends
                runs = show_again(exercise, source, given.replay, sandbox=sandbox, backends=wanted)
            else:
                runs = show(
                    exercise,
                    source,
                    sandbox=sandbox,
                    seed=drawn,
                    backends=BACKENDS if given.page else backends or BACKENDS,
                    check=_check(exercise, given.check),
                    depth=THOROUGH if given.thorough else QUICK,
                )
        except BadToken as error:
            raise cli.UsageError(str(error)) from None
    screen = Screen(sys.stdout)
    story.show(screen, exercise.name, exercise.title, runs)
    if given.page:
        _write_page(given.page, [one.recording for one in runs if one.recording is not None])
        screen.line()
        screen.paragraph(_("Written to {file}; open it in a browser.", file=given.page))
    return cli.PASSED if all(one.passed for one in runs) else cli.FAILED


def _write_page(path: Path, recordings: Sequence[Recording]) -> None:
    if not recordings:
        raise cli.UsageError(_("nothing was run, so there is nothing to put on a page"))
    from checker.feedback.page import render

    cli.write_whole(path, render(recordings))


def _check(exercise: Exercise, name: str | None) -> Check | None:
    if name is None:
        return None
    names = [check.name for check in exercise.checks]
    if name not in names:
        raise cli.UsageError(
            _(
                "{exercise} has no check {name!r}; it has {names}",
                exercise=exercise.name,
                name=name,
                names=", ".join(names),
            )
        )
    return exercise.checks[names.index(name)]
