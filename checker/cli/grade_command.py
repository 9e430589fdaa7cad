"""`checker grade`: a report on one's own work, or on a submission."""

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from checker import cli, progress
from checker.arguments import number_up_to, seed
from checker.course import Course
from checker.feedback import console
from checker.feedback.terminal import Screen
from checker.judge.jail import JailError, OtherUser
from checker.judge.launch import warm_sandboxes
from checker.report import BACKENDS, SubmissionReport, summarize_submission
from checker.restore import how_to_restore
from checker.seeds import draw_seed
from checker.submission import Submission
from checker.translation import _

if TYPE_CHECKING:
    from checker.sweep.marks import Rules

_DESCRIPTION = _(
    """\
Grade your work, or a submission, on asyncio and on trio.

NAME is chapter/name, a bare name, a chapter, or a path; without one, all exercises are graded. With a
NAME every detail is shown; without one, an exercise that you have not started shows none. What does not
fit on your screen is left out from the end, and `--details` shows it.
"""
)
_EPILOG = _(
    """\
examples:
  checker grade
  checker grade blocking
  checker grade .                           the exercise whose folder you are in
  checker grade lost_update --backend trio
  checker grade lost_update --thorough      before you hand it in
  checker grade lost_update --submission ~/Downloads/exercise.py
  checker grade --submission ../somebody --format json --seed 1

exit code: 0 everything passed, 1 something failed or is not started, 2 wrong usage
"""
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description, parser.epilog = _DESCRIPTION, _EPILOG
    cli.add_names(parser)
    parser.add_argument(
        "--submission",
        metavar="PATH",
        type=Path,
        help=_(
            "a clone of the kit, a folder laid out as exercises/ or solutions/ is, or one Python "
            "file with one NAME (default: the course that you are in)"
        ),
    )
    parser.add_argument(
        "--backend",
        choices=[*BACKENDS, "all"],
        default="all",
        help=_("grade on one backend alone, which earns no points (default: all)"),
    )
    parser.add_argument(
        "--details",
        action="store_true",
        help=_("show everything there is to say, even if it takes more than a screen"),
    )
    parser.add_argument(
        "--format",
        metavar="FORMAT",
        choices=["text", "json", "junit", "gradescope", "exercism", "classroom50", "github"],
        default="text",
        help=_(
            "text (the default), or for programs json, junit, gradescope, exercism, classroom50 or github"
        ),
    )
    parser.add_argument(
        "--rules",
        metavar="FILE",
        type=Path,
        help=_(
            "a TOML file that says how points become marks in a format for programs; see "
            "`checker gradebook --help`"
        ),
    )
    parser.add_argument(
        "--seed",
        type=seed,
        metavar="N",
        help=_(
            "draw the secret inputs from N, so that a report repeats (default: a new seed each time)"
        ),
    )
    parser.add_argument(
        "--thorough",
        action="store_true",
        help=_(
            "search as far as a sweep does: many more inputs, orders and moments at which something "
            "goes wrong; takes a few times as long"
        ),
    )
    parser.add_argument(
        "--user",
        metavar="NAME",
        help=_(
            "run the submission as this user, who should own nothing: for root, in a container; "
            "elsewhere, `checker sweep` is for strangers' work"
        ),
    )
    parser.add_argument(
        "--jobs",
        type=number_up_to(cli.MAX_JOBS),
        metavar="N",
        default=os.cpu_count() or 1,
        help=_("how many exercises to grade at a time (default: one for each core)"),
    )


def run(given: argparse.Namespace) -> int:
    course = cli.find_course(given)
    exercises = course.select(given.names)
    is_own = given.submission is None
    submission = Submission(given.submission or course.root, is_own=is_own)
    if submission.is_one_file and len(exercises) != 1:
        raise cli.UsageError(
            _(
                "{file} is one file; say which exercise it is for, for example `{command}`",
                file=given.submission,
                command=f"checker grade {exercises[0].short_name} --submission {given.submission}",
            )
        )
    submission.expect_any(exercises)
    if given.format not in ("text", "json") and given.backend != "all":
        raise cli.UsageError(
            _("{format} is for both backends; leave --backend out", format=given.format)
        )
    rules = _rules(given.rules)
    drawn = given.seed if given.seed is not None else draw_seed()
    backends = BACKENDS if given.backend == "all" else (given.backend,)
    work = [(exercise, submission.source(exercise)) for exercise in exercises]
    screen, status = Screen(sys.stdout), Screen(sys.stderr)
    reports = []
    count = min(given.jobs, len(work) * len(backends))
    with warm_sandboxes(count, _other_user(given.user, course)) as sandboxes:
        # Imported while they warm up.
        from checker.judge.grade import grade_all
        from checker.judge.search.explore import QUICK, THOROUGH

        depth = THOROUGH if given.thorough else QUICK
        try:
            for report in grade_all(
                work, sandboxes=sandboxes, seed=drawn, backends=backends, depth=depth
            ):
                reports.append(report)
                status.progress(_("graded {done} of {total}", done=len(reports), total=len(work)))
        finally:
            status.clear_progress()
    summary = summarize_submission(drawn, tuple(reports))
    sources = {source.file: source.content for exercise, source in work}
    known = progress.Progress(course)
    if is_own:
        known.record(work, reports, backends)
    if given.format != "text":
        from checker.sweep.exports import write_report

        write_report(given.format, summary, sources, sys.stdout.buffer, rules)
    else:
        console.show(
            screen,
            summary,
            sources,
            backends,
            everything=bool(given.names),
            details=given.details,
            following=_following(course, known, summary) if is_own else None,
        )
        for exercise, source in work:
            if is_own and source.missing and not given.names:  # With a name, the report says so.
                screen.paragraph(how_to_restore(exercise), hanging="  ")
        if not known.is_kept:
            screen.paragraph(known.why_not_kept)
        cli.tell_of_update(course, screen)
    passed = all(report.status == "passed" for report in reports)
    return cli.PASSED if passed else cli.FAILED


def _following(
    course: Course, known: progress.Progress, summary: SubmissionReport
) -> console.Following:
    exercise = progress.next_exercise(course, known)
    passed = {report.name for report in summary.exercises if report.status == "passed"}
    return console.Following(
        exercise,
        is_started=exercise is not None and known.standing(exercise)[0] != "not_started",
        passed=[exercise for exercise in course if exercise.name in passed],
        has_solutions=course.has_solutions,
    )


def _other_user(name: str | None, course: Course) -> OtherUser | None:
    try:
        return None if name is None else OtherUser.find(name, course.answers())
    except JailError as error:
        raise cli.UsageError(f"--user: {error}") from None


def _rules(path: Path | None) -> "Rules | None":
    if path is None:
        return None
    from checker.sweep.marks import RulesError, load_rules

    try:
        return load_rules(path)
    except RulesError as error:
        raise cli.UsageError(str(error)) from None
