"""From a submission to a verdict: every check on every backend, and what each says."""

import contextlib
from collections import defaultdict
from collections.abc import Collection, Generator, Iterator, Sequence
from dataclasses import replace
from typing import Final

import msgspec

from checker.course import Check, CourseError, Exercise
from checker.judge.attempt import Attempt, play, try_check
from checker.judge.budget import Budget
from checker.judge.canary import expect_a_search, finds_it
from checker.judge.case import Memory
from checker.judge.causes import (
    GIVEN_UP,
    Cause,
    LateBinding,
    LeakedPermit,
    LeftBehind,
    find_causes,
)
from checker.judge.choices import Replay
from checker.judge.explain import (
    A_LIMIT_OF_YOURS,
    OWN_ITEM,
    CheckFailed,
    advice_about,
    difference,
    prints,
    remarks,
)
from checker.judge.launch import Program, Sandbox, SandboxError
from checker.judge.pool import spread
from checker.judge.record import bounded, record
from checker.judge.replay import Address, encode_token
from checker.judge.search.explore import QUICK, THOROUGH, Depth
from checker.judge.setting import Setting
from checker.judge.steady import without_addresses
from checker.judge.trace import Trace
from checker.judge.words import told_cause
from checker.recording import Recording
from checker.report import BACKENDS, CheckReport, ExerciseReport, summarize_exercise
from checker.seeds import Seed
from checker.submission import Source
from checker.translation import _
from checker_sandbox.wire.plain import shortened

MAX_SEEN: Final = 3000
MAX_PART: Final = 500
"""How long each of the other parts of what is told may be, in characters."""

MAX_CAUSES: Final = 2


def grade(
    exercise: Exercise,
    source: Source,
    *,
    sandbox: Sandbox,
    seed: Seed,
    backends: Sequence[str] = BACKENDS,
    depth: Depth = QUICK,
    deepened: Collection[tuple[str, str]] = (),
) -> ExerciseReport:
    """Judge what was submitted for `exercise`; the checks in `deepened`, each named with a backend, search
    thoroughly if they find nothing otherwise. The same arguments give the same report."""
    return grade_and_record(
        exercise,
        source,
        sandbox=sandbox,
        seed=seed,
        backends=backends,
        depth=depth,
        deepened=deepened,
    )[0]


def grade_and_record(
    exercise: Exercise,
    source: Source,
    *,
    sandbox: Sandbox,
    seed: Seed,
    backends: Sequence[str] = BACKENDS,
    depth: Depth = QUICK,
    deepened: Collection[tuple[str, str]] = (),
) -> tuple[ExerciseReport, tuple[Recording, ...]]:
    """As `grade`, with a recording of the first check that fails on each backend."""
    judged: list[_Judged] = []
    seen: list[list[Trace | None]] = []
    budget = Budget()
    for backend in backends:
        judging = Judging(
            exercise, source, backend, seed, depth, deepened=deepened, after=judged, budget=budget
        )
        on, traces = judging.judge_all(sandbox)
        judged.append(on)
        seen.append(traces)
    report = _summarize(exercise, source, judged)
    recordings = []
    for on, traces in zip(judged, seen, strict=True):
        for of_check, trace in zip(on.reports, traces, strict=True):
            if of_check.status == "failed" and trace is not None:
                recorded = record(
                    trace,
                    exercise=exercise.name,
                    title=exercise.title,
                    check=of_check.title,
                    token=of_check.replay,
                    passed=False,
                    message=of_check.message,
                    file=source.file,
                    source=b"",
                )
                recordings.append(bounded(recorded))
                break
    return report, tuple(recordings)


class _Judged(msgspec.Struct, frozen=True):
    """The result of every check on one backend."""

    backend: str
    reports: list[CheckReport]
    differences: list[str | None]
    """Why each check fails on this backend, should it pass on the other."""
    overran: bool
    """Whether a run met a limit of real time."""
    unusable: str = ""
    """Why the exercise itself cannot be used, if it cannot."""


def _summarize(exercise: Exercise, source: Source, judged: Sequence[_Judged]) -> ExerciseReport:
    started = not source.missing and not exercise.is_untouched(source.content)
    in_order = tuple(
        report
        for number in range(len(judged[0].reports))
        for report in _compared([(on.reports[number], on.differences[number]) for on in judged])
    )
    return summarize_exercise(exercise.name, exercise.title, in_order, started=started)


def _compared(of_check: Sequence[tuple[CheckReport, str | None]]) -> Iterator[CheckReport]:
    """The reports of one check; one that failed says so if it passed elsewhere, and why."""
    passed = [report.backend for report, reason in of_check if report.status == "passed"]
    for report, reason in of_check:
        if report.status == "failed" and report.tried and passed:
            if reason:
                other = _("On {backend} it passes: {reason}", backend=passed[0], reason=reason)
            else:
                other = _("On {backend} this check passes", backend=passed[0])
            yield msgspec.structs.replace(report, notes=(*report.notes, other))
        else:
            yield report


class Judging:
    """What was submitted for an exercise, on one backend: its checks are judged one at a time. What
    would be the same for all of them is found out once. Unless they are to be `explained`, failures
    are taken as they are found. The checks in `deepened`, each named with a backend, search thoroughly if they
    find nothing at the `depth` that is given.

    A program that hangs costs its limit of real time once: the checks that are left then fail without
    being tried, and so do all checks on the later backends, which get this result in `after`.
    """

    def __init__(
        self,
        exercise: Exercise,
        source: Source,
        backend: str,
        seed: Seed,
        depth: Depth = QUICK,
        *,
        explained: bool = True,
        deepened: Collection[tuple[str, str]] = (),
        after: Sequence[_Judged] = (),
        budget: Budget | None = None,
    ) -> None:
        self.exercise = exercise
        self.source = source
        self.backend = backend
        self._seed = seed
        self._depth = depth
        self._explained = explained
        self._deepened = deepened
        self._memory: dict[Depth, Memory] = defaultdict(dict)
        self._small: list[Replay] = []
        self._overran = False
        self._budget = budget if budget is not None else Budget()
        self._hopeless: CheckFailed | None = None
        if source.missing:
            if source.is_own:
                command = f"checker reset {exercise.short_name}"
                advice = _("`{command}` brings the starter back", command=command)
            else:
                advice = _("hand in a file of this name: {file}", file=source.file)
            self._hopeless = CheckFailed(_("there is no such file"), advice=advice, hopeless=True)
        elif source.fault is not None:
            self._hopeless = CheckFailed(source.fault, hopeless=True)
        elif overran := [on.backend for on in after if on.overran]:
            self._hopeless = CheckFailed(
                _("not tried: it met a limit on {backend}", backend=overran[0]),
                hopeless=True,
                tried=False,
            )

    def judge_all(self, sandbox: Sandbox) -> tuple[_Judged, list[Trace | None]]:
        """Judge every check. Returns their results, and the last run of each check if there was one."""
        reports, traces, differences = [], [], []
        for number in range(len(self.exercise.checks)):
            report, tried = self.judge(number, sandbox)
            reports.append(report)
            traces.append(tried.trace)
            differences.append(
                difference(tried.trace, is_by_order=tried.is_by_order)
                if tried.trace is not None
                else None
            )
        return _Judged(self.backend, reports, differences, self._overran), traces

    def judge(self, number: int, sandbox: Sandbox) -> tuple[CheckReport, Attempt]:
        """Judge the check with this number, and say how that went."""
        check = self.exercise.checks[number]
        tried = Attempt(self._hopeless, self.source.obstacle)
        is_spent = False
        if self._hopeless is None and self.source.obstacle is None:
            program = Program(self.source.content, self.exercise.driver or b"")
            setting = Setting(
                sandbox,
                program,
                self.backend,
                self._depth,
                explained=self._explained,
                budget=self._budget,
            )
            with self._budget.of(sandbox):
                tried = self._try(check, setting)
                is_passed = tried.failure is None and tried.obstacle is None
                if is_passed and (check.name, self.backend) in self._deepened:
                    tried = self._try(check, replace(setting, depth=THOROUGH))
                is_spent = self._budget.spent is not None
        if number == len(self.exercise.checks) - 1:
            self._memory.clear()  # There may be hundreds of worlds in it.
        failure = tried.failure
        if failure is not None:
            if failure.hopeless:
                self._hopeless = failure
            elif failure.costly or is_spent:
                self._overran = True
                self._hopeless = CheckFailed(
                    _("not tried: an earlier check met a limit"),
                    hopeless=True,
                    tried=False,
                )
        token = ""
        if failure is not None and tried.trace is not None:
            address = Address(number, BACKENDS.index(self.backend), tried.played)
            token = encode_token(address, self.exercise.name)
        return report_on(check, self.backend, self.source, tried, token), tried

    def _try(self, check: Check, setting: Setting) -> Attempt:
        try:
            expect_a_search(setting.sandbox, self.backend)
        except SandboxError as error:
            return Attempt(obstacle=str(error))
        seed = seed_of(check, self.exercise, self._seed)
        tried = try_check(check, setting, seed, self._memory[setting.depth], self._small)
        if tried.is_broken:
            tried = self._try_again(check, setting, seed, tried)
        if tried.failure is not None:
            self._small.append(tried.played)
        if not self._explained:
            return tried
        if tried.failure is not None and tried.worlds > 1 and setting.depth != QUICK:
            quick = play(check, replace(setting, depth=QUICK), seed)
            return replace(tried, is_rare=quick.failure is None)
        return tried

    def _try_again(self, check: Check, setting: Setting, seed: str, broken: Attempt) -> Attempt:
        """What a sandbox that failed says of a submission: nothing, unless new ones fail as well, and run
        another program without trouble."""
        try:
            setting.sandbox.renew()
            again = try_check(check, setting, seed)
            if not again.is_broken:
                return again
            setting.sandbox.renew()
            if not finds_it(setting.sandbox, self.backend):
                return broken
        except SandboxError:
            return broken
        return Attempt(
            CheckFailed(
                _(
                    "{obstacle}\nIt failed twice, and runs another program without trouble",
                    obstacle=broken.obstacle,
                ),
                advice=_(
                    "if your program does nothing to its own process or to the interpreter, this is a "
                    "bug in the checker; please report it"
                ),
                hopeless=True,
            )
        )


def seed_of(check: Check, exercise: Exercise, seed: Seed) -> str:
    """What the secret inputs of a check are drawn from."""
    return f"{seed}/{exercise.name}/{check.name}"


def report_on(
    check: Check, backend: str, source: Source, tried: Attempt, token: str = ""
) -> CheckReport:
    """The report on a check that was tried."""
    failure, trace = tried.failure, tried.trace
    causes: list[str] = []
    topics: list[str] = []
    notes: list[str] = []
    printed: list[str] = []
    seen, advice = "", None
    line, place = (failure.line, failure.place) if failure is not None else (None, "")
    if tried.obstacle is not None:
        seen = _("not graded: {obstacle}", obstacle=tried.obstacle)
    elif failure is not None:
        seen = failure.message
        topics = [failure.topic]
        advice = failure.advice or (None if failure.hopeless else check.advice)
        if check.asks_for_limits and advice == A_LIMIT_OF_YOURS:
            advice = check.advice
        if tried.is_shared:
            causes.append(
                _(
                    "the calls share what is kept in the module or in a class: the same run passes when each of them has "
                    "a freshly imported copy of the program"
                )
            )
            topics.append("shared")
            advice = _keep_apart(trace)
        if trace is not None and failure.hopeless:
            printed = prints(trace)  # All else would follow from what is said.
        elif trace is not None:
            known = find_causes(trace)
            if tried.is_shared:  # Whatever was given up is not why they fail only together.
                known = [cause for cause in known if not isinstance(cause, GIVEN_UP)]
            for cause in known[: MAX_CAUSES - len(causes)]:
                if not causes:
                    of_cause = advice_about(cause)
                    if not (check.asks_for_limits and of_cause == A_LIMIT_OF_YOURS):
                        advice = of_cause or advice
                if isinstance(cause, LateBinding):  # Likely, and not proved.
                    notes.append(OWN_ITEM)
                told = told_cause(trace, cause)
                causes.append(told.text)
                fault = _line_at_fault(trace, cause, told.line)
                if fault is not None and (place or line is None):
                    line, place = fault, ""  # What is at fault, and not what suffers from it.
                topics.append(f"{type(cause).__name__} at {told.line}")
            notes += remarks(trace, seen)
            printed = prints(trace)
        if tried.is_rare:
            notes.append(
                _(
                    "`checker grade` alone may miss this: it took {number:,} tries with --thorough",
                    number=tried.worlds,
                )
            )
    return CheckReport(
        name=check.name,
        title=check.title,
        backend=backend,
        status="not_graded" if tried.obstacle is not None else "failed" if failure else "passed",
        points=check.points,
        seen=_tidy(seen, MAX_SEEN),
        file=source.file,
        line=line,
        place=place,
        causes=tuple(map(_tidy, causes)),
        notes=tuple(map(_tidy, notes)),
        printed=tuple(map(_tidy, printed)),
        advice=_tidy(advice or ""),
        reason="-".join(map(str, tried.kind)),
        topics=tuple(topics),
        replay=token,
        tried=failure is None or failure.tried,
        searched=tried.searched if failure is None else None,
    )


def _keep_apart(trace: Trace | None) -> str:
    """What to try where calls share what they should not."""
    if trace is not None and any(act.object is not None for act in trace.acts):
        return _(
            "make what an object needs in its `__init__`: keep nothing in global variables, class attributes or "
            "default arguments"
        )
    return _(
        "make what a call needs in that call: keep nothing in global variables, class attributes or default arguments"
    )


def _line_at_fault(trace: Trace, cause: Cause, line: int | None) -> int | None:
    """The line that a cause is at, if that is known; `line` is the one that its sentence is about."""
    match cause:
        case LeakedPermit(ending=ending):  # The sentence is about who waits for it.
            return ending.line if ending is not None else None
        case LeftBehind(waits):
            task = trace.tasks.get(waits[0].task)
            return task.line if task is not None and task.line is not None else line
    return line


def _tidy(text: str, length: int = MAX_PART) -> str:
    return shortened(without_addresses(text), length)


def grade_all(
    work: Sequence[tuple[Exercise, Source]],
    *,
    sandboxes: Sequence[Sandbox],
    seed: Seed,
    backends: Sequence[str] = BACKENDS,
    depth: Depth = QUICK,
) -> Generator[ExerciseReport, None, None]:
    """Judge many exercises, in as many sandboxes at a time as there are; the reports come in the
    order of `work`. Raises `CourseError` at an exercise that cannot be used."""
    units = [(exercise, source, b) for exercise, source in work for b in backends]
    found = spread(
        units,
        sandboxes,
        lambda unit, sandbox: _judge_alone(*unit, seed, depth, sandbox),
        _Judged,
    )
    with contextlib.closing(found):
        for exercise, source in work:
            judged: list[_Judged] = []
            for backend in backends:
                on = next(found)
                if on.unusable:
                    raise CourseError(on.unusable)
                if any(earlier.overran for earlier in judged):
                    # Both were tried at the same time; the report is as if one came after the other.
                    untried = Judging(exercise, source, backend, seed, depth, after=judged)
                    on = untried.judge_all(sandboxes[0])[0]
                judged.append(on)
            yield _summarize(exercise, source, judged)


def _judge_alone(
    exercise: Exercise, source: Source, backend: str, seed: Seed, depth: Depth, sandbox: Sandbox
) -> _Judged:
    try:
        return Judging(exercise, source, backend, seed, depth).judge_all(sandbox)[0]
    except CourseError as error:  # It is for whoever started this process to tell.
        return _Judged(backend, [], [], False, str(error))
