"""From what was seen of a run to what is shown of it: a lane for each task and thread."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, Literal, TypeVar

import msgspec

from checker.judge.playback import OUTCOMES, called_with, play_back
from checker.judge.story import tell
from checker.judge.trace import (
    Call,
    Deadlocked,
    Raised,
    Returned,
    Stopped,
    Task,
    Thread,
    Trace,
    Waited,
)
from checker.judge.words import awaited, briefly, holding
from checker.recording import Lane, Mark, Outcome, Print, Recording, Span
from checker.translation import _

_SLEEPS: Final = ("sleep", "thread's sleep")

# A recording is for people, and a stranger's run may have anything in it.
MAX_LANES: Final = 120
MAX_SPANS: Final = 200
MAX_MARKED: Final = 2_000
"""How many errors and cancellations are looked through for those of a lane."""
MAX_PRINTS: Final = 100
MAX_PRINTED: Final = 2000

MAX_KEPT: Final = 1 << 17
"""Bytes of a recording that is kept in a journal. One of an honest run has some thousands."""


def record(
    trace: Trace,
    *,
    exercise: str,
    title: str,
    check: str,
    token: str,
    passed: bool,
    message: str,
    file: str,
    source: bytes,
) -> Recording:
    """What is shown of `trace`."""
    return Recording(
        exercise=exercise,
        title=title,
        check=check,
        backend=trace.backend,
        token=token,
        passed=passed,
        message=message,
        file=file,
        source=source.decode("utf-8", "replace"),
        elapsed=trace.elapsed,
        lanes=tuple(sorted(_lanes(trace), key=lambda lane: lane.started)[:MAX_LANES]),
        story=tuple(tell(trace, passed=passed)),
        prints=tuple(
            Print(printed.at, printed.text[:MAX_PRINTED]) for printed in trace.prints[:MAX_PRINTS]
        ),
        playback=play_back(trace, passed=passed),
    )


def bounded(recording: Recording) -> Recording:
    """A recording that is to be kept, with less of each lane if it is large: a stranger may have put a
    long text wherever there can be one, and there are thousands of recordings."""
    for most in (20, 4, 0):
        if len(msgspec.msgpack.encode(recording)) <= MAX_KEPT:
            break
        lanes = tuple(
            msgspec.structs.replace(lane, spans=lane.spans[:most], marks=lane.marks[:most])
            for lane in recording.lanes
        )
        recording = msgspec.structs.replace(
            recording, lanes=lanes, prints=recording.prints[:most], playback=None
        )
    return recording


def _lanes(trace: Trace) -> Iterator[Lane]:
    waits = _by_lane(trace.watched.waits, _place)
    calls = _by_lane(trace.calls, _place)
    blocked = _by_lane(trace.blocked, lambda stretch: (stretch.task, 0))
    finished = isinstance(trace.ending, Returned | Raised | Stopped)
    acts = trace.act_by_task()

    def lane(
        kind: Literal["task", "thread"],
        of: Task | Thread,
        parent: int | None,
        marks: Iterable[Mark] = (),
    ) -> Lane:
        key = (of.number, 0) if kind == "task" else (0, of.number)
        ended = trace.watched.ended.get(key)
        if ended is None and key == (1, 0) and finished:
            ended = trace.elapsed
        if ended is None and kind == "task" and of.number in acts:
            ended = acts[of.number].ended
        spans = [
            *(_call_span(trace, call) for call in calls.get(key, ())[:MAX_SPANS]),
            *_waits(trace, waits.get(key, ())[: MAX_SPANS + 1], ended),
            *(
                Span("blocked", holding(b.what), b.line, b.started, b.ended, "done")
                for b in blocked.get(key, ())[:MAX_SPANS]
            ),
        ]
        return Lane(
            kind=kind,
            number=of.number,
            name=of.name,
            parent=parent,
            started=of.started,
            ended=trace.elapsed if ended is None else ended,
            unfinished=ended is None,
            spans=tuple(sorted(spans, key=lambda span: span.start)[:MAX_SPANS]),
            marks=tuple(sorted(marks, key=lambda mark: mark.at)[:MAX_SPANS]),
        )

    # No more lanes are made than may be shown: each looks through all that happened.
    for task in sorted(trace.tasks.values(), key=lambda task: task.started)[:MAX_LANES]:
        yield lane("task", task, task.parent, _marks(trace, task.number))
    threads = sorted(trace.watched.threads.values(), key=lambda thread: thread.started)
    for thread in threads[:MAX_LANES]:
        yield lane("thread", thread, thread.task)


_T = TypeVar("_T")


def _by_lane(
    what: Iterable[_T], lane: Callable[[_T], tuple[int, int]]
) -> dict[tuple[int, int], Sequence[_T]]:
    """What happened, by the task or thread that did it: each would otherwise look through all of it."""
    found: dict[tuple[int, int], list[_T]] = {}
    for each in what:
        found.setdefault(lane(each), []).append(each)
    return {**found}


def _place(what: Call | Waited) -> tuple[int, int]:
    """The number of the task, or of the thread, that did something; the other one is 0."""
    return (0, what.thread) if what.thread else (what.task, 0)


def _call_span(trace: Trace, call: Call) -> Span:
    end = trace.elapsed if call.ended is None else call.ended
    outcome = OUTCOMES[call.outcome]
    name = f"{call.method}()"
    labels = (called_with(call), name)
    return Span("call", name, call.line, call.started, end, outcome, labels)


def _waits(trace: Trace, waits: Sequence[Waited], ended: float | None) -> Iterator[Span]:
    """Each wait lasts until the next one, or until the task ends; a call shows itself."""
    last = trace.elapsed if ended is None else ended
    for number, wait in enumerate(waits):
        after = waits[number + 1] if number + 1 < len(waits) else None
        end = last if after is None else after.at
        if wait.what.kind in ("reply", "turn"):
            continue
        outcome: Outcome = "unfinished" if after is None and ended is None else "done"
        if wait.what.kind in _SLEEPS:
            yield Span("sleep", _("sleep"), wait.line, wait.at, end, outcome)
        else:
            what = awaited(trace, wait.what)
            labels = (what, briefly(wait.what))
            yield Span("wait", what, wait.line, wait.at, end, outcome, labels)


def _marks(trace: Trace, task: int) -> Iterator[Mark]:
    for struck in trace.watched.struck[:MAX_MARKED]:
        if struck.task == task:
            kind = f"{struck.kind}: {struck.message}" if struck.message else struck.kind
            if struck.kind:
                yield Mark("error", kind, struck.line, struck.at)
            else:
                yield Mark("cancelled", _("cancelled"), struck.line, struck.at)
    for swallowed in trace.watched.swallowed[:MAX_MARKED]:
        if swallowed.task == task:
            what = _("this `except` catches the cancellation and does not raise it again")
            yield Mark("swallowed", what, swallowed.line, swallowed.at)
    if isinstance(trace.ending, Deadlocked):
        for wait in trace.ending.waits:
            if wait.task == task and not wait.is_thread:
                what = _("waits for {what}", what=awaited(trace, wait.what))
                yield Mark("stuck", what, wait.line, trace.elapsed)
