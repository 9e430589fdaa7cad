"""Verdicts, as data: what `grade` returns, and what `--format json` prints.

Three outcomes are never mixed up. *Passed* and *failed* are the submission's doing. *Not graded*
is the kit's or the machine's: it is no mark, and no pass either. An exercise is *not started* if
its file is still the one that was shipped.
"""

from collections.abc import Collection
from typing import Literal, TypeAlias

import msgspec

from checker.seeds import Seed
from checker.translation import _

Status: TypeAlias = Literal["passed", "failed", "not_graded"]
ExerciseStatus: TypeAlias = Literal["passed", "failed", "not_started", "not_graded"]

BACKENDS = ("asyncio", "trio")

SCHEMA = "checker/report/v2"


class Searched(msgspec.Struct, frozen=True):
    """How far the search for a world in which a check fails went."""

    depth: str
    """`quick` or `thorough`."""
    worlds: int
    """How many worlds were tried."""
    orders: int = 0
    """In how many orders the replies came, for the first inputs; 0 where none but the plain one was
    asked for."""
    of_orders: int = 0
    """How many orders there are: exactly if that is no more than `orders`, and about otherwise."""
    points: int = 0
    """At how many points something was made to go wrong: a cancellation or a failing call."""
    of_points: int = 0
    """How many such points there are."""


class CheckReport(msgspec.Struct, frozen=True):
    """One check on one backend."""

    name: str
    title: str
    backend: str
    status: Status
    points: int
    """What the check is worth, once, when it passes on both backends."""
    seen: str
    """What was seen, and what was expected; empty if it passed."""
    file: str
    line: int | None
    """The line of `file` that this is about, counted from 1."""
    place: str = ""
    """What happened on that line, where the mistake may be on another one: `read() was called here`."""
    causes: tuple[str, ...] = ()
    """What is known to have gone wrong, the likely cause first."""
    notes: tuple[str, ...] = ()
    """What else there is to know: warnings, how the other backend did."""
    printed: tuple[str, ...] = ()
    """What the program printed, and when."""
    advice: str = ""
    """What to try next."""
    reason: str = ""
    """The same for all submissions that fail the check at the same place in it, and ended in the same
    way; empty if it passed, or if nothing was run. It means nothing else."""
    topics: tuple[str, ...] = ()
    """What `seen` and each of the causes are about: equal in two reports of one submission if they tell of
    the same trouble. They mean nothing else."""
    replay: str = ""
    """The token with which `checker run NAME --replay` shows this run again; empty if it passed, or
    if nothing was run."""
    tried: bool = True
    """Whether anything was run to find that out. Once a check has met the limit of time, those after
    it are not tried."""
    searched: Searched | None = None
    """How far the search went; only for a check that passed, and had worlds to search."""

    @property
    def summary(self) -> str:
        """The first row of what was seen: it says what happened, and those below it say to whom."""
        return self.seen.partition("\n")[0]

    @property
    def output(self) -> str:
        """What the program printed, as one text."""
        return "\n".join(self.printed)

    @property
    def told(self) -> str:
        """Everything there is to say except what to try next."""
        return self.told_beside(())

    def told_beside(self, known: Collection[str]) -> str:
        """The same, without what has been told by now: of the topics, or of the notes and prints, that are
        `known`."""
        of_seen, *of_causes = self.topics or (self.seen, *self.causes)
        if of_seen in known and self.tried:
            return _("fails in the same way as the check above")
        new = [cause for cause, of in zip(self.causes, of_causes, strict=True) if of not in known]
        rows = [self.seen, *(_("What happened: {cause}", cause=cause) for cause in new)]
        if len(new) < len(self.causes):
            rows.append(_("What happened: the same as above"))
        rows += [note for note in self.notes if note not in known]
        if self.printed and self.output not in known:
            rows += [_("It printed:"), *(f"  {line}" for line in self.printed)]
        return "\n".join(rows)

    @property
    def message(self) -> str:
        """Everything there is to say; empty if it passed."""
        return f"{self.told}\n{to_try(self.advice)}" if self.advice else self.told


class ExerciseReport(msgspec.Struct, frozen=True):
    name: str
    title: str
    status: ExerciseStatus
    points: int
    max_points: int
    checks: tuple[CheckReport, ...]
    """In the order of the checks, and for each of them in the order of the backends."""


class SubmissionReport(msgspec.Struct, frozen=True):
    seed: Seed | None
    """What was drawn from; None where that is the secret of a sweep."""
    points: int
    max_points: int
    exercises: tuple[ExerciseReport, ...]
    schema: str = SCHEMA


def to_try(advice: str) -> str:
    """What to try next, as a line below what was seen."""
    return _("Try: {advice}", advice=advice)


def to_see(command: str) -> str:
    """Which command shows the run that a failure is about, as a line below it."""
    return _("See it: {command}", command=command)


def summarize_exercise(
    name: str, title: str, checks: tuple[CheckReport, ...], *, started: bool
) -> ExerciseReport:
    """Count the points: a check earns its own only when it passed on both backends, and a file that
    nobody has changed earns none."""
    by_check: dict[str, list[CheckReport]] = {}
    for check in checks:
        by_check.setdefault(check.name, []).append(check)
    points = sum(
        reports[0].points
        for reports in by_check.values()
        if started and {r.backend for r in reports if r.status == "passed"} == set(BACKENDS)
    )
    statuses = {check.status for check in checks}
    status: ExerciseStatus
    if not started:
        status = "not_started"
    elif "failed" in statuses:
        status = "failed"
    elif statuses == {"passed"}:
        status = "passed"
    else:
        status = "not_graded"
    return ExerciseReport(
        name,
        title,
        status,
        points,
        sum(reports[0].points for reports in by_check.values()),
        checks,
    )


def summarize_submission(
    seed: Seed | None, exercises: tuple[ExerciseReport, ...]
) -> SubmissionReport:
    return SubmissionReport(
        seed,
        sum(exercise.points for exercise in exercises),
        sum(exercise.max_points for exercise in exercises),
        exercises,
    )


def encode_json(report: SubmissionReport) -> bytes:
    """The report as JSON, the same bytes for the same report, with a line feed at the end."""
    fields = {"schema": report.schema, **msgspec.to_builtins(report)}
    for exercise, told in zip(report.exercises, fields["exercises"], strict=True):
        for check, parts in zip(exercise.checks, told["checks"], strict=True):
            parts["message"] = check.message
    return msgspec.json.format(msgspec.json.encode(fields), indent=2) + b"\n"
