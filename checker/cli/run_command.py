"""`checker run`: one run of an exercise, as a story and as a timeline."""

import argparse
import sys
from pathlib import Path

from checker import cli
from checker.arguments import file_named, seed
from checker.feedback import story
from checker.feedback.terminal import Screen
from checker.judge.launch import warm_sandboxes
from checker.report import BACKENDS
from checker.seeds import draw_seed
from checker.translation import _

_DESCRIPTION = _(
    """\
Show one run of an exercise: what happened in it, step by step, and a timeline of its tasks.

It is the smallest failing run that the checker found: of the first check that fails, or of CHECK. If
nothing fails, it is a run of the first check. Every failure in a report has a token, which shows
that very run again, even after you have changed your program.
"""
)
_EPILOG = _(
    """\
examples:
  checker run lost_update
  checker run lost_update --page run.html       both backends, in a page for the browser
  checker run lost_update --trace run.json      for https://ui.perfetto.dev
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
        type=file_named(".html", ".htm"),
        help=_("write it to an HTML file too, with both backends, to go through it step by step"),
    )
    parser.add_argument(
        "--trace",
        metavar="FILE",
        type=file_named(".json"),
        help=_("write it to a file in Chrome's trace format too, for Perfetto"),
    )


def run(given: argparse.Namespace) -> int:
    course = cli.find_course(given)
    exercise = cli.select_one(course, given.name, "run")
    source = cli.select_source(course, exercise, given.submission)
    if given.replay and (given.check or given.seed is not None):
        raise cli.UsageError(
            _("a token holds its check and all that was drawn; leave --check and --seed out")
        )
    backends = [given.backend] if given.backend else []
    pictured = given.page is not None or given.trace is not None
    drawn = given.seed if given.seed is not None else draw_seed()
    with warm_sandboxes(1) as (sandbox,):
        # Imported while it warms up.
        from checker.judge.replay import BadToken
        from checker.judge.search.explore import QUICK, THOROUGH
        from checker.judge.show import decided, show, show_again

        sandbox.move_beside()
        try:
            if given.replay:
                wanted = BACKENDS if given.page else backends
                runs = show_again(
                    exercise,
                    source,
                    given.replay,
                    sandbox=sandbox,
                    backends=wanted,
                    pictured=pictured,
                )
            else:
                runs = show(
                    exercise,
                    source,
                    sandbox=sandbox,
                    seed=drawn,
                    backends=BACKENDS if given.page else backends or BACKENDS,
                    check=cli.select_check(exercise, given.check),
                    depth=THOROUGH if given.thorough else QUICK,
                    pictured=pictured,
                )
            # It takes a while, so it is found out for those runs alone that are shown.
            shown = runs if given.page else [story.chosen(runs)]
            runs = [
                decided(exercise, source, one, sandbox=sandbox) if one in shown else one
                for one in runs
            ]
        except BadToken as error:
            raise cli.UsageError(str(error)) from None
    screen = Screen(sys.stdout)
    story.show(screen, exercise.name, exercise.title, runs)
    recordings = [one.recording for one in runs if one.recording is not None]
    if pictured and not recordings:
        raise cli.UsageError(_("nothing was run, so there is nothing to write"))
    if given.page:
        from checker.feedback.page import render

        cli.write_whole(given.page, render(recordings))
        screen.line()
        screen.paragraph(_("Written to {file}; open it in a browser.", file=given.page))
    if given.trace:
        from checker.feedback.chrome_trace import trace_events

        cli.write_whole(given.trace, trace_events(recordings))
        screen.line()
        text = _("Written to {file}; open it at https://ui.perfetto.dev.", file=given.trace)
        screen.paragraph(text)
    return cli.PASSED if all(one.passed for one in runs) else cli.FAILED
