"""Where every task is, what it waits for, and who has that.

A task that waits is a chain of suspended frames, from the code that it runs down to the primitive
that suspended it. The innermost frame in the learner's file is the line to show; the first frame
below it whose `self` is one of AnyIO's primitives says what it waits for.
"""

import gc
import sys
from collections.abc import Iterator
from types import AsyncGeneratorType, CoroutineType, FrameType, GeneratorType
from typing import Any

import anyio
import anyio.abc
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from checker.protocol import Wait
from checker.sandbox.kernel import Kernel
from checker.sandbox.lines import EXERCISE, calling_line
from checker.sandbox.standins import LOCK, Ticket
from checker.sandbox.tasks import Tasks, coroutine_of, readable_name

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


def describe_tasks(kernel: Kernel, *, but: int | None = None) -> list[Wait]:
    """Every task that has not ended, without number `but`."""
    alive = kernel.tasks.alive()
    by_id = {id(task): number for number, task in alive}
    waits = []
    for number, task in alive[: MAX_WAITS + 1]:
        if number == but:
            continue
        if (blocked := kernel.blocked) is not None and blocked.task == number:
            what = f"{blocked.what}, and holds the event loop meanwhile"
            waits.append(Wait(kernel.tasks.name(number), number, blocked.line, what))
            continue
        frames = list(_frames(coroutine_of(task)))
        mine = [i for i, frame in enumerate(frames) if frame.f_code.co_filename == EXERCISE]
        waits.append(
            Wait(
                who=kernel.tasks.name(number),
                task=number,
                line=frames[mine[-1]].f_lineno if mine else None,
                what=_what(frames[mine[-1] + 1 if mine else 0 :], number, by_id, kernel.tasks),
                started_at=frames[mine[0]].f_code.co_firstlineno if mine else None,
            )
        )
    return waits


def describe_threads(kernel: Kernel) -> list[Wait]:
    """Every worker thread that has not ended, but for those of an executor that has no work."""
    stacks = sys._current_frames()
    waits = []
    for thread in kernel.threads.alive()[:MAX_WAITS]:
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


def _what(below: list[FrameType], number: int, by_id: dict[int, int], tasks: Tasks) -> str:
    if not below or any(frame.f_code.co_name in _CHECKPOINTS for frame in below[-2:]):
        return ITS_TURN
    for frame in below:
        if words := _words(frame, number, by_id, tasks):
            return words
    for frame in below:
        owner = frame.f_locals.get("self")
        if owner is not None:
            return f"{type(owner).__module__.partition('.')[0]}.{type(owner).__name__}"
    return f"{below[-1].f_code.co_name}()"


def _words(frame: FrameType, number: int, by_id: dict[int, int], tasks: Tasks) -> str | None:
    owner, function = frame.f_locals.get("self"), frame.f_code.co_name
    match owner:
        case anyio.Lock():
            return f"a Lock{_held_by([owner.statistics().owner], by_id, tasks)}"
        case anyio.Semaphore():
            return f"a Semaphore with {_count(owner.value, 'permit')} left"
        case anyio.CapacityLimiter():
            statistics = owner.statistics()
            full = f"a CapacityLimiter ({statistics.borrowed_tokens} of {statistics.total_tokens:g} taken)"
            return full + _held_by(statistics.borrowers, by_id, tasks)
        case anyio.Condition():
            return "a Condition that nobody notifies"
        case anyio.Event():
            return "an Event that nobody sets"
        case MemoryObjectReceiveStream():
            senders = owner.statistics().open_send_streams
            return f"an item from a stream ({_count(senders, 'send end')} still open)"
        case MemoryObjectSendStream():
            receivers = owner.statistics().open_receive_streams
            return f"room in a stream ({_count(receivers, 'receive end')} still open)"
        case anyio.TaskHandle():
            if function != "_run_coro":
                return f"the result of a task ({readable_name(owner)})"
        case anyio.Future():
            return "a Future that nobody resolves"
        case anyio.abc.TaskGroup():
            return f"its task group, where {_children(number, tasks)}"
        case Ticket():
            return f"worker thread {owner.thread.name}" if owner.thread else "a worker thread"
    if function == "call" and "method" in frame.f_locals:
        return f"the reply to {frame.f_locals['method']}()"
    if function in ("sleep", "sleep_forever", "sleep_until") and owner is None:
        return "a sleep to end"
    return None


def _children(number: int, tasks: Tasks) -> str:
    children = tasks.children(number)
    if len(children) > MAX_NAMES:
        return f"{len(children)} tasks still run"
    names = " and ".join(_task(child, tasks) for child in children) or "a task"
    return f"{names} still run{'s' if len(children) < 2 else ''}"


def _held_by(owners: Any, by_id: dict[int, int], tasks: Tasks) -> str:
    ids = [owner.id if isinstance(owner, anyio.TaskInfo) else id(owner) for owner in owners]
    names = [_task(by_id[id_], tasks) for id_ in ids if id_ in by_id]
    return f", held by {' and '.join(names)}" if names else ""


def _task(number: int, tasks: Tasks) -> str:
    return f"task {number} ({tasks.name(number)})"


def _count(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"
