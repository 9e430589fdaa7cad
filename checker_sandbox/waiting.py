"""Where every task is, what it waits for, and who has that.

A task that waits is a chain of suspended frames, from the code that it runs down to the primitive
that suspended it. The innermost frame in the learner's file is the line to show; the first frame
below it whose `self` is one of AnyIO's primitives says what it waits for.
"""

import gc
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from types import AsyncGeneratorType, CoroutineType, FrameType, GeneratorType
from typing import Any

import anyio
import anyio.abc
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from checker_sandbox.kernel import Kernel
from checker_sandbox.lines import EXERCISE, calling_line
from checker_sandbox.patches import LOCK, Ticket
from checker_sandbox.permits import holders_of
from checker_sandbox.tasks import Tasks, coroutine_of, readable_name
from checker_sandbox.wire.messages import Wait

ITS_TURN = "its turn"

MAX_NAMES = 3
"""How many tasks are named, where more may be meant."""

# Where a task is, by its innermost frames, that will run again at once.
_CHECKPOINTS = frozenset({"__sleep0", "checkpoint", "cancel_shielded_checkpoint"})

MAX_WAITS = 100
"""How many tasks and threads are described at the most."""


def describe_waits(kernel: Kernel) -> list[Wait]:
    """Every task and thread of the run, in the order in which they started."""
    return [*describe_tasks(kernel), *describe_threads(kernel)][:MAX_WAITS]


def describe_tasks(kernel: Kernel) -> list[Wait]:
    """Every task that has not ended, without the checker's own."""
    alive = kernel.tasks.alive()
    scene = _Scene(kernel.tasks, alive)
    waits = []
    for number, task in alive[: MAX_WAITS + 1]:
        if number == kernel.own_task:
            continue
        if (blocked := kernel.blocked) is not None and blocked.task == number:
            what = f"{blocked.what}, and holds the event loop meanwhile"
            waits.append(Wait(kernel.tasks.name(number), number, blocked.line, what))
            continue
        frames = list(_frames(coroutine_of(task)))
        mine = [i for i, frame in enumerate(frames) if frame.f_code.co_filename == EXERCISE]
        below = frames[mine[-1] + 1 if mine else 0 :]
        what, holders = _what(below, number, scene)
        waits.append(
            Wait(
                who=kernel.tasks.name(number),
                task=number,
                line=frames[mine[-1]].f_lineno if mine else None,
                what=what,
                started_at=frames[mine[0]].f_code.co_firstlineno if mine else None,
                holders=holders,
            )
        )
    return waits


def describe_threads(kernel: Kernel) -> list[Wait]:
    """Every worker thread that has not ended, but for those of an executor that has no work."""
    alive = kernel.threads.alive()[:MAX_WAITS]
    stacks = sys._current_frames() if alive else {}
    waits = []
    for thread in alive:
        stack = stacks.get(thread.ident or 0)
        line = calling_line(stack) if stack is not None else None
        if line is None and thread.waits_for == LOCK:
            continue
        waits.append(Wait(f"worker thread {thread.name}", thread.task, line, thread.waits_for))
    return waits


def _frames(awaitable: Any) -> Iterator[FrameType]:
    """The suspended frames of `awaitable`, from the outermost to the innermost."""
    while awaitable is not None:
        frame, inner = _step(awaitable)
        if frame is not None:
            yield frame
            if frame.f_code is Ticket.watch.__code__:
                inner = frame.f_locals["coroutine"]  # It steps through this one by hand.
        awaitable = inner


def _step(awaitable: Any) -> tuple[FrameType | None, Any]:
    if isinstance(awaitable, CoroutineType):
        return awaitable.cr_frame, awaitable.cr_await
    if isinstance(awaitable, GeneratorType):
        return awaitable.gi_frame, awaitable.gi_yieldfrom
    if isinstance(awaitable, AsyncGeneratorType):
        return awaitable.ag_frame, awaitable.ag_await
    # A wrapper written in C, such as what `anext()` returns, holds what it wraps.
    kinds = (CoroutineType, GeneratorType, AsyncGeneratorType)
    return None, next((o for o in gc.get_referents(awaitable) if isinstance(o, kinds)), None)


@dataclass(frozen=True)
class _Scene:
    """The tasks of a run at one moment."""

    tasks: Tasks
    alive: Sequence[tuple[int, Any]]

    def number_of(self, id_: int) -> int | None:
        return next((number for number, task in self.alive if id(task) == id_), None)

    def name(self, number: int) -> str:
        return f"task {number} ({self.tasks.name(number)})"

    def names(self, numbers: Sequence[int]) -> str:
        """`task 2 (a), task 3 (b) and task 4 (c)`, or how many more there are."""
        names = [self.name(number) for number in numbers[:MAX_NAMES]]
        if len(numbers) > MAX_NAMES:
            names.append(f"{len(numbers) - MAX_NAMES} more")
        return " and ".join([*([", ".join(names[:-1])] if names[1:] else []), *names[-1:]])

    def takers(self, numbers: Sequence[int]) -> str:
        """The tasks that took something, and whether they are gone."""
        living = {number for number, _ in self.alive}
        gone = [number for number in numbers if number not in living]
        if not gone:
            return self.names(numbers)
        ended = f"{self.names(gone)}, which {'has' if len(gone) == 1 else 'have'} ended"
        here = [number for number in numbers if number in living]
        return f"{self.names(here)} and by {ended}" if here else ended


def _what(below: list[FrameType], number: int, scene: _Scene) -> tuple[str, list[int]]:
    """What a task waits for whose frames, from the learner's innermost one on, are these: in words,
    and by the tasks that could end the wait."""
    if not below or any(frame.f_code.co_name in _CHECKPOINTS for frame in below[-2:]):
        return ITS_TURN, []
    for frame in below:
        if found := _words(frame, number, scene):
            return found
    for frame in below:
        owner = frame.f_locals.get("self")
        if owner is not None:
            return f"{type(owner).__module__.partition('.')[0]}.{type(owner).__name__}", []
    return f"{below[-1].f_code.co_name}()", []


def _words(frame: FrameType, number: int, scene: _Scene) -> tuple[str, list[int]] | None:
    owner, function = frame.f_locals.get("self"), frame.f_code.co_name
    match owner:
        case anyio.Lock():
            return _held("a Lock", [owner.statistics().owner], scene)
        case anyio.Semaphore():
            holders = sorted({n for n in map(scene.tasks.number, holders_of(owner)) if n})
            by = f", taken by {scene.takers(holders)}" if holders else ""
            return f"a Semaphore with {_count(owner.value, 'permit')} left{by}", holders
        case anyio.CapacityLimiter():
            statistics = owner.statistics()
            full = f"a CapacityLimiter ({statistics.borrowed_tokens} of {statistics.total_tokens:g} taken)"
            return _held(full, statistics.borrowers, scene)
        case anyio.Condition():
            return "a Condition to be notified", []
        case anyio.Event():
            return "an Event to be set", []
        case MemoryObjectReceiveStream():
            senders = owner.statistics().open_send_streams
            return _open_ends(
                "an item from a stream", senders, MemoryObjectSendStream, frame, scene
            )
        case MemoryObjectSendStream():
            receivers = owner.statistics().open_receive_streams
            return _open_ends(
                "room in a stream", receivers, MemoryObjectReceiveStream, frame, scene
            )
        case anyio.TaskHandle():
            if function != "_run_coro":
                return f"the result of a task ({readable_name(owner)})", []
        case anyio.Future():
            return "a Future to be resolved", []
        case anyio.abc.TaskGroup():
            return _children(number, scene)
        case Ticket():
            name = f"worker thread {owner.thread.name}" if owner.thread else "a worker thread"
            return name, []
    if function == "call" and "method" in frame.f_locals:
        return f"the reply to {frame.f_locals['method']}()", []
    if function in ("sleep", "sleep_forever", "sleep_until") and owner is None:
        return "a sleep to end", []
    return None


def _children(number: int, scene: _Scene) -> tuple[str, list[int]]:
    children = scene.tasks.children(number)
    if len(children) > MAX_NAMES:
        names = f"{len(children)} tasks"
    else:
        names = scene.names(children) or "a task"
    return f"its task group, where {names} still run{'s' if len(children) < 2 else ''}", children


def _held(what: str, owners: Iterable[Any], scene: _Scene) -> tuple[str, list[int]]:
    ids = [owner.id if isinstance(owner, anyio.TaskInfo) else id(owner) for owner in owners]
    numbers = [number for id_ in ids if (number := scene.number_of(id_)) is not None]
    return f"{what}, held by {scene.names(numbers)}" if numbers else what, numbers


def _open_ends(
    what: str, count: int, kind: type, waiting: FrameType, scene: _Scene
) -> tuple[str, list[int]]:
    """A wait at one end of a stream, and the tasks that have another end of it in a variable."""
    ours = waiting.f_locals["self"]
    numbers = [
        number
        for number, task in scene.alive
        if any(
            isinstance(value, kind) and _is_open_end_of(value, ours)
            for frame in _frames(coroutine_of(task))
            if frame.f_code.co_filename == EXERCISE
            for value in frame.f_locals.values()
        )
    ]
    end = "send end" if kind is MemoryObjectSendStream else "receive end"
    where = f", in {scene.names(numbers)}" if numbers else ""
    return f"{what} ({_count(count, end)} still open{where})", numbers


def _is_open_end_of(end: Any, other: Any) -> bool:
    # There is no public way to ask whether two ends belong together, or whether one is closed.
    return end._state is other._state and not end._closed


def _count(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"
