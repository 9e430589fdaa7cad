"""Where every task is, what it waits for, and who holds that.

A task that waits is a chain of suspended frames, from the code that it runs down to the primitive
that suspended it. The innermost frame in the learner's file is the line to show; the first frame
below it whose `self` is one of AnyIO's primitives says what it waits for.
"""

import gc
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
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
from checker_sandbox.threads import Threads
from checker_sandbox.wire.limits import MAX_NAME
from checker_sandbox.wire.messages import Awaited, Wait
from checker_sandbox.wire.plain import shortened

# Where a task is, by its innermost frames, that will run again at once.
_CHECKPOINTS = frozenset({"__sleep0", "checkpoint", "cancel_shielded_checkpoint"})

MAX_HOLDERS = 100
"""How many tasks are told that could end a wait."""

MAX_WAITS = 100
"""How many tasks and threads are described at the most."""


def describe_waits(kernel: Kernel) -> list[Wait]:
    """Every task and thread of the run, in the order in which they started."""
    return [*describe_tasks(kernel), *describe_threads(kernel)][:MAX_WAITS]


def describe_tasks(kernel: Kernel) -> list[Wait]:
    """Every task that has not ended, without the checker's own."""
    alive = kernel.tasks.alive()
    scene = _Scene(kernel.tasks, kernel.threads, alive)
    waits = []
    for number, task in alive[: MAX_WAITS + 1]:
        if number == kernel.own_task:
            continue
        if (blocked := kernel.blocked) is not None and blocked.task == number:
            who = kernel.tasks.name(number)
            waits.append(Wait(who, number, blocked.line, blocked.what, holds_loop=True))
            continue
        frames = frames_of(task)
        mine = [i for i, frame in enumerate(frames) if frame.f_code.co_filename == EXERCISE]
        below = frames[mine[-1] + 1 if mine else 0 :]
        waits.append(
            Wait(
                who=kernel.tasks.name(number),
                task=number,
                line=frames[mine[-1]].f_lineno if mine else None,
                what=_what(below, number, scene),
                started_at=frames[mine[0]].f_code.co_firstlineno if mine else None,
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
        waits.append(Wait(thread.name, thread.task, line, thread.waits_for, is_thread=True))
    return waits


def frames_of(task: Any) -> list[FrameType]:
    """The suspended frames of a task, from the outermost to the innermost."""
    return list(_frames(coroutine_of(task)))


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
    threads: Threads
    alive: Sequence[tuple[int, Any]]

    def number_of(self, id_: int) -> int | None:
        return next((number for number, task in self.alive if id(task) == id_), None)


def _what(below: list[FrameType], number: int, scene: _Scene) -> Awaited:
    """What a task waits for whose frames, from the learner's innermost one on, are these."""
    if not below or any(frame.f_code.co_name in _CHECKPOINTS for frame in below[-2:]):
        return Awaited("turn")
    for frame in below:
        if found := _known(frame, number, scene):
            return found
    for frame in below:
        owner = frame.f_locals.get("self")
        if owner is not None:
            module = type(owner).__module__.partition(".")[0]
            return Awaited("other", shortened(f"{module}.{type(owner).__name__}", MAX_NAME))
    return Awaited("other", shortened(f"{below[-1].f_code.co_name}()", MAX_NAME))


def _known(frame: FrameType, number: int, scene: _Scene) -> Awaited | None:
    owner, function = frame.f_locals.get("self"), frame.f_code.co_name
    match owner:
        case anyio.Lock():
            return Awaited("lock", holders=_holders([owner.statistics().owner], scene))
        case anyio.Semaphore():
            takers = sorted({n for n in map(scene.tasks.number, holders_of(owner)) if n})
            living = {number for number, _ in scene.alive}
            return Awaited(
                "semaphore",
                count=owner.value,
                holders=tuple(n for n in takers if n in living)[:MAX_HOLDERS],
                gone=tuple(n for n in takers if n not in living)[:MAX_HOLDERS],
            )
        case anyio.CapacityLimiter():
            statistics = owner.statistics()
            return Awaited(
                "limiter",
                count=statistics.borrowed_tokens,
                total=statistics.total_tokens,
                holders=_holders(statistics.borrowers, scene),
            )
        case anyio.Condition():
            return Awaited("condition")
        case anyio.Event():
            return Awaited("event")
        case MemoryObjectReceiveStream():
            senders = owner.statistics().open_send_streams
            ends = _open_ends(MemoryObjectSendStream, frame, scene)
            return Awaited("item", count=senders, holders=ends)
        case MemoryObjectSendStream():
            receivers = owner.statistics().open_receive_streams
            ends = _open_ends(MemoryObjectReceiveStream, frame, scene)
            return Awaited("room", count=receivers, holders=ends)
        case anyio.TaskHandle():
            if function != "_run_coro":
                return Awaited("result", readable_name(owner))
        case anyio.Future():
            return Awaited("future")
        case anyio.abc.TaskGroup():
            children = scene.tasks.children(number)
            return Awaited("children", count=len(children), holders=tuple(children[:MAX_HOLDERS]))
        case Ticket():
            if owner.thread is not None:
                return Awaited("worker", owner.thread.name)
            if owner.limiter is not None:
                statistics = owner.limiter.statistics()
                return Awaited(
                    "limiter",
                    count=statistics.borrowed_tokens,
                    total=statistics.total_tokens,
                    holders=scene.threads.holders_of(owner.limiter)[:MAX_HOLDERS],
                )
            return Awaited("worker", total=owner.shared.total_tokens if owner.shared else 0.0)
    if function == "call" and "method" in frame.f_locals:
        return Awaited("reply", frame.f_locals["method"])
    if function in ("sleep", "sleep_forever", "sleep_until") and owner is None:
        return Awaited("sleep")
    if function == "wait_all_tasks_blocked":
        return Awaited("quiet")
    return None


def _holders(owners: Iterable[Any], scene: _Scene) -> tuple[int, ...]:
    ids = [owner.id if isinstance(owner, anyio.TaskInfo) else id(owner) for owner in owners]
    found = (number for id_ in ids if (number := scene.number_of(id_)) is not None)
    return tuple(islice(found, MAX_HOLDERS))


def _open_ends(kind: type, waiting: FrameType, scene: _Scene) -> tuple[int, ...]:
    """The tasks that have another end, of this kind, of a stream in a variable, at one of whose ends
    somebody waits."""
    ours = waiting.f_locals["self"]
    found = (
        number
        for number, task in scene.alive
        if any(
            isinstance(value, kind) and _is_open_end_of(value, ours)
            for frame in _frames(coroutine_of(task))
            if frame.f_code.co_filename == EXERCISE
            for value in frame.f_locals.values()
        )
    )
    return tuple(islice(found, MAX_HOLDERS))


def _is_open_end_of(end: Any, other: Any) -> bool:
    # There is no public way to ask whether two ends belong together, or whether one is closed.
    return end._state is other._state and not end._closed
