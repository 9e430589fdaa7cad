"""Grade a whole cohort of submissions that nobody has read, and make a gradebook.

PATH is a folder with a folder, a .zip, a .tar.gz or a file <student>__<exercise>.py for each student,
the way Moodle, Canvas and others name them: unpack the one archive that they give you. Each submission is isolated
by bubblewrap. Verdicts are saved in OUT as they come: run the same command again, and it continues where
it stopped.
"""

import argparse
import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from checker import cli
from checker.arguments import number_up_to, seed
from checker.cli.gradebook import NAME, add_decisions, tell, write_gradebook
from checker.course import Course
from checker.feedback.terminal import Screen
from checker.harmless import printable
from checker.judge.jail import Jail, JailError
from checker.seeds import draw_secret
from checker.sweep import journal
from checker.sweep.book import Book, open_book, read_decisions
from checker.sweep.cluster import ClusterError, judge_on
from checker.sweep.collect import CollectError, collect
from checker.sweep.jobs import JobError, judge_all
from checker.sweep.marks import RulesError
from checker.sweep.results import Student, Work
from checker.sweep.rosters import RosterError
from checker.sweep.sweep import Tally, plan_sweep, sweep, with_what_was
from checker.sweep.unversioned import make_folder

_EPILOG = """\
examples:
  checker sweep cohort/ -o marks/
  checker sweep moodle/ -o marks/ --roster students.csv
  checker sweep homework/ -o marks/ --exercise lost_update --only ada
  checker sweep homework/ -o marks/ --rules rules.toml --times times.csv
  checker export marks/ --to csv

exit code: 0 everything was read and judged, 1 something could not be, 2 wrong usage or environment
"""

MAX_PROBLEMS: Final = 20

SECONDS_BETWEEN: Final = 5.0
"""Real seconds between two lines of progress, where there is no terminal."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = __doc__
    parser.epilog = _EPILOG
    parser.add_argument("paths", nargs="+", metavar="PATH", type=Path, help="where submissions are")
    parser.add_argument(
        "-o", "--out", required=True, metavar="OUT", type=Path, help="the folder of this sweep"
    )
    parser.add_argument("--roster", metavar="CSV", type=Path, help="who should have handed in")
    add_decisions(parser)
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="NAME",
        help="judge this student alone; what OUT has of others stays",
    )
    parser.add_argument(
        "--exercise",
        action="append",
        default=[],
        metavar="NAME",
        help="judge this exercise or chapter alone (default: all); what OUT has of others stays",
    )
    parser.add_argument(
        "--isolation",
        choices=["bubblewrap", "process"],
        default="bubblewrap",
        help="`process` uses no jail: for submissions that you trust",
    )
    parser.add_argument(
        "--cluster", metavar="ADDRESS", help="judge on the Dask cluster with this scheduler"
    )
    parser.add_argument("--rerun", action="store_true", help="judge again what was judged already")
    parser.add_argument(
        "--seed",
        metavar="N",
        type=seed,
        help="draw inputs from N, to get the same ones again; anybody who knows N can work them out beforehand "
        "(default: a secret that OUT keeps)",
    )
    parser.add_argument(
        "--jobs",
        metavar="N",
        type=number_up_to(cli.MAX_JOBS),
        default=os.cpu_count() or 1,
        help="how many students to judge at a time (default: one for each core)",
    )


def run(given: argparse.Namespace) -> int:
    course = cli.find_course(given)
    exercises = course.select(given.exercise)
    screen, status = Screen(sys.stdout), _Status(Screen(sys.stderr))
    _keep_apart(given.paths, given.out)
    try:
        decided = read_decisions(given.out, given.rules, given.times)
        hidden = [*course.places(), *given.paths, given.out]
        jail = Jail.find(hidden) if given.isolation == "bubblewrap" else None
        if jail is None:
            screen.paragraph(
                "Without a jail, submissions run as you, on this machine: they can read what you can. "
                "The gradebook says so.",
                "",
                "yellow",
            )
        students, strays = collect(
            given.paths, exercises, course=[*course], roster=given.roster, only=given.only
        )
        before = journal.read_plan(given.out)
        drawn = given.seed
        if drawn is None:
            drawn = before.seed if before is not None else draw_secret()
        plan, meant = plan_sweep(
            course,
            exercises,
            students,
            seed=drawn,
            isolation=given.isolation,
            strays=strays,
        )
        if before is not None and (given.only or given.exercise):
            if (before.seed, before.isolation, before.versions) == (
                *(plan.seed, plan.isolation, plan.versions),
            ):
                plan = with_what_was(before, plan, [exercise.name for exercise in course])
            else:
                screen.paragraph(
                    f"{given.out} held a sweep with another seed, isolation or version; the gradebook "
                    "now shows what was asked for alone. Without --only and --exercise, it shows all.",
                    "",
                    "yellow",
                )
        judge = judge_on(given.cluster) if given.cluster else judge_all
        with contextlib.suppress(OSError):  # The journal tells what is wrong with it.
            make_folder(given.out)
        with journal.Journal(given.out) as out:
            cli.write_below(given.out, decided)
            try:
                tally = sweep(
                    out,
                    course,
                    plan,
                    meant,
                    jail=jail,
                    jobs=given.jobs,
                    rerun=given.rerun,
                    progress=status,
                    judge=judge,
                )
            finally:
                status.clear()
        book = open_book(given.out)
    except (
        JailError,
        CollectError,
        RosterError,
        ClusterError,
        JobError,
        RulesError,
        journal.JournalError,
    ) as error:
        raise cli.UsageError(str(error)) from None
    except KeyboardInterrupt:
        status.clear()
        print("checker: stopped; the same command goes on from here", file=sys.stderr, flush=True)
        os._exit(cli.INTERRUPTED)  # Python would wait for the threads of a cluster's client.
    return _conclude(given.out, course, book, tally, screen)


def _keep_apart(paths: list[Path], out: Path) -> None:
    """Refuse a folder for marks that lies among the submissions, and submissions in that of the marks:
    one would be taken for the other. Raises `UsageError`."""
    place = Path(os.path.realpath(out))
    for path in paths:
        found = Path(os.path.realpath(path))
        if found == place:
            what = f"{out} is where the submissions are"
        elif found in place.parents:
            what = f"{out} is inside {path}, where the submissions are"
        elif place in found.parents:
            what = f"{path} is inside {out}, where the marks go"
        else:
            continue
        raise cli.UsageError(f"{what}; name a folder for the marks beside it with -o")


def _conclude(out: Path, course: Course, book: Book, tally: Tally, screen: Screen) -> int:
    """Write the gradebook, and sum the sweep up."""
    cohort, page = book.cohort, out / NAME
    write_gradebook(page, course, book)
    statuses = [work.report.status for student in cohort.students for work in student.works]
    handed_in = sum(student.submitted for student in cohort.students)
    not_graded = statuses.count("not_graded")
    screen.line(
        screen.style(f"{handed_in} of {len(cohort.students)} handed in", "bold")
        + f"; of {len(statuses)} verdicts, {tally.done} are new"
    )
    screen.line(
        f"{statuses.count('passed')} passed, {statuses.count('failed')} failed, "
        f"{statuses.count('not_started')} not started, {not_graded} not graded"
        + (f" (seed {cohort.seed})" if cohort.seed is not None else "")
    )
    _list(screen, [f"not taken: {stray}" for stray in cohort.strays])
    _list(screen, [f"{s.name}: {problem}" for s in cohort.students for problem in s.problems])
    _list(screen, [why for s in cohort.students for w in s.works for why in _why_not_graded(s, w)])
    if tally.lost:
        screen.paragraph(
            f"{tally.lost} without a verdict, since what judged them died, twice; the same command "
            "tries them again. Please report what it said.",
            "",
            "yellow",
        )
    tell(book, page)
    screen.line()
    if book.sources:
        screen.line(f"Marks by {', '.join(book.sources)}")
    screen.line(f"Gradebook: {page}")
    screen.line(f"Next: open it in a browser, or `checker export {out} --to csv`")
    nothing_taken = any(s.problems and not s.submitted for s in cohort.students)
    left = not_graded or tally.lost or cohort.strays or nothing_taken
    return cli.FAILED if left else cli.PASSED


def _list(screen: Screen, told: list[str]) -> None:
    for line in told[:MAX_PROBLEMS]:
        screen.paragraph(printable(line), "", "yellow", hanging="  ")
    if len(told) > MAX_PROBLEMS:
        screen.line(f"and {len(told) - MAX_PROBLEMS} more, in the gradebook")


def _why_not_graded(student: Student, work: Work) -> Iterator[str]:
    for check in work.report.checks:
        if check.status == "not_graded":
            rows = check.seen.splitlines()
            said = " ".join(dict.fromkeys((rows[0], rows[-1])))  # Of a traceback, its end.
            yield f"{student.name}: {work.report.name} is {said}"
            return


class _Status:
    """How far a sweep is: a line that is written over in a terminal, and a line now and then
    elsewhere."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._began = time.monotonic()
        self._last = self._began

    def __call__(self, tally: Tally) -> None:
        now = time.monotonic()
        if not self._screen.overwrites and now - self._last < SECONDS_BETWEEN:
            return
        self._last = now
        rate = tally.done / max(now - self._began, 1e-9)
        left = (tally.total - tally.done) / rate if tally.done else 0
        words = (
            f"judged {tally.done} of {tally.total}: {tally.passed} passed, {tally.failed} failed, "
            f"{tally.not_graded} not graded"
        )
        if tally.done:
            words += f"; {rate:.1f}/s, {_duration(left)} left"
        self._screen.status(words)

    def clear(self) -> None:
        self._screen.clear_progress()


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return (
        f"{hours} h {minutes} min"
        if hours
        else f"{minutes} min {rest} s"
        if minutes
        else f"{rest} s"
    )
