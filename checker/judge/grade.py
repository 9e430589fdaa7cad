"""From a submission to a verdict: every check on every backend, and what each says."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from typing import Final

from checker.course import Exercise
from checker.judge.case import Case, Check, Setting
from checker.judge.explain import CheckFailed
from checker.judge.launch import Sandbox, SandboxError
from checker.report import BACKENDS, CheckReport, ExerciseReport, summarize_exercise
from checker.submission import Source

PATIENCE: Final = 2
"""How many runs of a submission may meet a limit of real time, on a backend, before the checks that
are left fail without being tried."""


def grade(
    exercise: Exercise,
    source: Source,
    *,
    sandbox: Sandbox,
    seed: int,
    backends: Sequence[str] = BACKENDS,
) -> ExerciseReport:
    """Judge what was submitted for `exercise`. The same source and seed give the same report."""
    reports: dict[tuple[str, str], CheckReport] = {}
    unusable: CheckFailed | None = None
    for backend in backends:
        overruns = 0
        for check in exercise.checks:
            failure: CheckFailed | None = None
            obstacle: str | None = source.obstacle
            if source.missing:
                failure = CheckFailed("there is no such file in this submission", hopeless=True)
            elif source.fault is not None:
                failure = CheckFailed(source.fault, hopeless=True)
            elif obstacle is None and unusable is not None:
                failure = unusable
            elif obstacle is None and overruns >= PATIENCE:
                failure = CheckFailed(
                    "not tried, since earlier checks met the limit of time", hopeless=True
                )
            elif obstacle is None:
                setting = Setting(sandbox, source.content, backend, exercise.driver)
                failure, obstacle = _try(
                    check, Case(setting, f"{seed}/{exercise.name}/{check.name}")
                )
                if failure is not None:
                    overruns += failure.costly
                    unusable = failure if failure.hopeless else None
            reports[check.name, backend] = _report(check, backend, source, failure, obstacle)
    in_order = tuple(reports[check.name, b] for check in exercise.checks for b in backends)
    started = not source.missing and not exercise.is_untouched(source.content)
    return summarize_exercise(exercise.name, exercise.title, in_order, started=started)


def _try(check: Check, case: Case) -> tuple[CheckFailed | None, str | None]:
    """The failure of a check, or what kept it from being tried."""
    try:
        check.function(case)
    except CheckFailed as failure:
        return failure, None
    except SandboxError as error:
        return None, str(error)
    except Exception as error:
        # A mistake in the check or in a service of it. It says nothing about the submission.
        return None, f"the check itself raised {type(error).__name__}: {error}"
    return None, None


def _report(
    check: Check, backend: str, source: Source, failure: CheckFailed | None, obstacle: str | None
) -> CheckReport:
    if obstacle is not None:
        message = f"not graded: {obstacle}"
    elif failure is not None:
        advice = failure.advice or (None if failure.hopeless else check.advice)
        message = failure.message + (f"\nTry: {advice}" if advice else "")
    else:
        message = ""
    return CheckReport(
        name=check.name,
        title=check.title,
        backend=backend,
        status="not_graded" if obstacle is not None else "failed" if failure else "passed",
        points=check.points,
        message=message,
        file=source.file,
        line=failure.line if failure is not None else None,
    )


def grade_all(
    work: Sequence[tuple[Exercise, Source]],
    *,
    seed: int,
    backends: Sequence[str] = BACKENDS,
    jobs: int = 1,
    started: Callable[[Exercise], None] = lambda exercise: None,
) -> Iterator[ExerciseReport]:
    """Judge many exercises, `jobs` at a time, each of them with a sandbox of its own; the reports
    come in the order of `work`. `started` is told of each exercise when its turn has come."""
    sandboxes: SimpleQueue[Sandbox] = SimpleQueue()
    made = [Sandbox() for _ in range(min(jobs, len(work)))]
    for sandbox in made:
        sandboxes.put(sandbox)

    def judge(exercise: Exercise, source: Source) -> ExerciseReport:
        started(exercise)
        sandbox = sandboxes.get()
        try:
            return grade(exercise, source, sandbox=sandbox, seed=seed, backends=backends)
        finally:
            sandboxes.put(sandbox)

    pool = ThreadPoolExecutor(len(made) or 1)
    try:
        yield from pool.map(judge, *zip(*work, strict=True)) if work else ()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        for sandbox in made:
            sandbox.close()
