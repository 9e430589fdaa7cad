"""One run of a submission, for its author to look at: the run that shows what is wrong, if any does."""

from collections.abc import Sequence
from dataclasses import replace

from msgspec import structs

from checker.course import Check, Exercise
from checker.judge.attempt import Attempt, play, try_check
from checker.judge.choices import Replay
from checker.judge.decisive import decide
from checker.judge.grade import report_on, seed_of
from checker.judge.launch import Program, Sandbox
from checker.judge.record import record
from checker.judge.replay import Address, BadToken, decode_token, encode_token
from checker.judge.scheduler import Scheduler
from checker.judge.search.explore import FIRST, QUICK, Depth
from checker.judge.setting import Setting
from checker.judge.trace import Livelocked
from checker.recording import ShownRun
from checker.report import BACKENDS
from checker.seeds import Seed
from checker.submission import Source
from checker.translation import _


def show(
    exercise: Exercise,
    source: Source,
    *,
    sandbox: Sandbox,
    seed: Seed,
    backends: Sequence[str] = BACKENDS,
    check: Check | None = None,
    depth: Depth = QUICK,
    pictured: bool = False,
) -> list[ShownRun]:
    """The first check that fails on one of `backends` (or `check`), on all of them, each with the
    smallest failing run that was found; the first check, if none fails. With `pictured`, recordings have what it
    takes to go through them step by step."""
    checks = [check] if check is not None else exercise.checks
    for candidate in checks:
        tried = {
            backend: try_check(
                candidate,
                replace(_setting(exercise, source, sandbox, backend), depth=depth),
                seed_of(candidate, exercise, seed),
            )
            for backend in backends
        }
        if any(one.failure is not None or one.obstacle is not None for one in tried.values()):
            break
    else:
        candidate = checks[0]
        tried = {
            backend: play(
                candidate,
                replace(_setting(exercise, source, sandbox, backend), depth=FIRST),
                seed_of(candidate, exercise, seed),
            )
            for backend in backends
        }
    return [
        _shown(
            exercise,
            source,
            candidate,
            Address(exercise.checks.index(candidate), BACKENDS.index(backend), one.played),
            one if one.failure is not None or one.obstacle is not None else None,
            sandbox,
            pictured=pictured,
        )
        for backend, one in tried.items()
    ]


def decided(exercise: Exercise, source: Source, shown: ShownRun, *, sandbox: Sandbox) -> ShownRun:
    """The same, with what decided that run, if it failed and its world had a choice."""
    recording = shown.recording
    if recording is None or recording.passed:
        return shown
    address = decode_token(recording.token, exercise.name)
    check = exercise.checks[address.check]
    setting = _setting(exercise, source, sandbox, shown.backend)

    def again(replay: Replay, scheduler: Scheduler | None) -> Attempt:
        return play(check, setting, "", replay, scheduler=scheduler)

    failing = again(address.replay, None)
    if failing.failure is None:
        return shown
    found = decide(failing, again, recording.token)
    return structs.replace(shown, recording=structs.replace(recording, decided=found))


def show_again(
    exercise: Exercise,
    source: Source,
    token: str,
    *,
    sandbox: Sandbox,
    backends: Sequence[str] = (),
    pictured: bool = False,
) -> list[ShownRun]:
    """The run that `token` stands for, on its own backend or on `backends`. Raises `BadToken`."""
    address = decode_token(token, exercise.name)
    if not (address.check < len(exercise.checks) and address.backend < len(BACKENDS)):
        raise BadToken(
            _(
                "{token!r} is from another version of {exercise}",
                token=token,
                exercise=exercise.name,
            )
        )
    numbers = [BACKENDS.index(b) for b in backends] or [address.backend]
    check = exercise.checks[address.check]
    return [
        _shown(
            exercise,
            source,
            check,
            replace(address, backend=number),
            None,
            sandbox,
            pictured=pictured,
        )
        for number in numbers
    ]


def _setting(exercise: Exercise, source: Source, sandbox: Sandbox, backend: str) -> Setting:
    program = Program(source.content, exercise.driver or b"")
    return Setting(sandbox, program, backend)


def _shown(
    exercise: Exercise,
    source: Source,
    check: Check,
    address: Address,
    tried: Attempt | None,
    sandbox: Sandbox,
    *,
    pictured: bool,
) -> ShownRun:
    """The result of a check; if it was not `tried` yet, it is played as `address` says."""
    backend = BACKENDS[address.backend]
    setting = _setting(exercise, source, sandbox, backend)
    setting = replace(setting, fresh=True, watched=True, pictured=pictured)
    if tried is None:
        tried = play(check, setting, "", address.replay)
    elif pictured and tried.trace is not None:
        ending = tried.trace.ending
        known = ending if isinstance(ending, Livelocked) else None
        again = play(check, replace(setting, known=known), "", address.replay)
        # To be pictured takes time, which a run may not have: then it is shown without.
        if again.kind == tried.kind and again.obstacle is None:
            tried = replace(tried, trace=again.trace)
    report = report_on(check, backend, source, tried)
    passed = tried.failure is None and tried.obstacle is None
    recording = None
    if tried.trace is not None:
        recording = record(
            tried.trace,
            exercise=exercise.name,
            title=exercise.title,
            check=check.title,
            token=encode_token(address, exercise.name),
            passed=passed,
            message=report.message,
            file=source.file,
            source=source.content,
        )
    return ShownRun(check.title, backend, passed, report.message, report.line, recording)
