"""From what was seen of a run to what is shown of it: a lane for each task and thread."""

from collections.abc import Iterable, Iterator
from typing import Final, Literal

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
MAX_PRINTS: Final = 100
MAX_PRINTED: Final = 2000


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


def _lanes(trace: Trace) -> Iterator[Lane]:
    waits: dict[tuple[int, int], list[Waited]] = {}
    for wait in trace.watched.waits:
        waits.setdefault(_place(wait), []).append(wait)
    finished = isinstance(trace.ending, Returned | Raised | Stopped)

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
        spans = [
            *(_call_span(trace, call) for call in trace.calls if _place(call) == key),
            *_waits(trace, waits.get(key, []), ended),
            *(
                Span("blocked", holding(b.what), b.line, b.started, b.ended, "done")
                for b in trace.blocked
                if (b.task, 0) == key
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


def _place(what: Call | Waited) -> tuple[int, int]:
    """The number of the task, or of the thread, that did something; the other one is 0."""
    return (0, what.thread) if what.thread else (what.task, 0)


def _call_span(trace: Trace, call: Call) -> Span:
    end = trace.elapsed if call.ended is None else call.ended
    outcome = OUTCOMES[call.outcome]
    name = f"{call.method}()"
    labels = (called_with(call), name)
    return Span("call", name, call.line, call.started, end, outcome, labels)


def _waits(trace: Trace, waits: list[Waited], ended: float | None) -> Iterator[Span]:
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
    for struck in trace.watched.struck:
        if struck.task == task:
            kind = f"{struck.kind}: {struck.message}" if struck.message else struck.kind
            if struck.kind:
                yield Mark("error", kind, struck.line, struck.at)
            else:
                yield Mark("cancelled", _("cancelled"), struck.line, struck.at)
    for swallowed in trace.watched.swallowed:
        if swallowed.task == task:
            what = _("this `except` catches the cancellation and does not raise it again")
            yield Mark("swallowed", what, swallowed.line, swallowed.at)
    if isinstance(trace.ending, Deadlocked):
        for wait in trace.ending.waits:
            if wait.task == task and not wait.is_thread:
                what = _("waits for {what}", what=awaited(trace, wait.what))
                yield Mark("stuck", what, wait.line, trace.elapsed)
