"""A picture of a run whenever nothing in it can run, if the judge asks for one: where each task stands
and what its names stand for there, who holds and who waits for each lock and the like, and who woke
whom. People see it on the page of `checker run`.

Nothing here runs code of the learner's, so what is pictured goes as it would without. Only what has
changed is told, and no more of it than `MAX_BYTES`: a conversation has its limits.
"""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from types import FrameType
from typing import Any, Final, Literal, TypeAlias
from weakref import WeakKeyDictionary

import anyio
import msgspec
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from checker_sandbox.kernel import Kernel
from checker_sandbox.lines import EXERCISE
from checker_sandbox.patches import LOCK
from checker_sandbox.permits import holders_of
from checker_sandbox.waiting import describe_tasks, frames_of
from checker_sandbox.wire.limits import MAX_NAME, MAX_NAMES, MAX_PRIMITIVES
from checker_sandbox.wire.messages import Awaited, Primitive, Primitives, Stands, Value, Woken
from checker_sandbox.wire.plain import shortened
from checker_sandbox.wire.shown import attributes, is_code, package, shown

MAX_BYTES: Final = 1_500_000
"""How much is told of one run, in bytes."""

MAX_WAKES: Final = 5_000

MAX_TASKS: Final = 100
"""How many tasks a primitive is told to be held or waited for by."""

MAX_INSIDE: Final = 50
"""How many items of a list, or attributes of an object, are looked at for primitives."""

MAX_FOUND: Final = 500
"""How many primitives are named."""

_Kind: TypeAlias = Literal["lock", "semaphore", "limiter", "condition", "event", "stream"]

_KINDS: Final[Sequence[tuple[type, _Kind]]] = (
    (anyio.Lock, "lock"),
    (anyio.Semaphore, "semaphore"),
    (anyio.CapacityLimiter, "limiter"),
    (anyio.Condition, "condition"),
    (anyio.Event, "event"),
    (MemoryObjectReceiveStream, "stream"),
    (MemoryObjectSendStream, "stream"),
)

_AWAITED: Final[dict[str, _Kind]] = {
    "lock": "lock",
    "semaphore": "semaphore",
    "limiter": "limiter",
    "condition": "condition",
    "event": "event",
    "item": "stream",
    "room": "stream",
}


class Picture:
    """What has been told of one run."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._bytes = 0
        self._wakes = 0
        self._stands: dict[tuple[int, int], Stands] = {}
        self._primitives = Primitives(())
        self._names = _Names()

    def woken(self, task: object, ended: object = None) -> None:
        """`task` can go on; whoever runs now has seen to that, or if nobody does, the one that has `ended`."""
        tasks = self._kernel.tasks
        number, by = tasks.number(task), tasks.current()
        if not by and ended is not None:
            by = tasks.number(ended)
        if number and by and number != by and self._wakes < MAX_WAKES:
            self._wakes += 1
            self._kernel.tell(Woken(number, by))

    def look(self) -> None:
        """Tell what has changed since the last look. Called when nothing can run."""
        if self._bytes > MAX_BYTES:
            return
        stands, primitives = self._tasks()
        for key, stand in stands.items():
            if self._stands.get(key) != stand:
                self._tell(stand)
        self._stands = stands
        if primitives != self._primitives:
            self._primitives = primitives
            self._tell(primitives)

    def _tell(self, event: Stands | Primitives) -> None:
        self._bytes += len(msgspec.msgpack.encode(event))
        if self._bytes <= MAX_BYTES:
            self._kernel.tell_at_length(event)

    def _tasks(self) -> tuple[dict[tuple[int, int], Stands], Primitives]:
        kernel = self._kernel
        stands: dict[tuple[int, int], Stands] = {}
        scene = _Primitives(kernel, self._names)
        waits = {wait.task: wait for wait in describe_tasks(kernel)}
        for number, task in kernel.tasks.alive():
            if (wait := waits.get(number)) is None:
                continue
            frames = _running_frames(sys._getframe()) if wait.holds_loop else frames_of(task)
            mine = [frame for frame in frames if frame.f_code.co_filename == EXERCISE]
            stands[number, 0] = _stands(number, 0, mine, wait.line, wait.what)
            for frame in mine:
                scene.name_those_in(frame)
            if (kind := _AWAITED.get(wait.what.kind)) is not None:
                scene.add_waiting(kind, frames, number, sending=wait.what.kind == "room")
        stacks = sys._current_frames() if kernel.threads.were_any else {}
        for thread in kernel.threads.alive():
            frames = _running_frames(stacks.get(thread.ident or 0))
            mine = [frame for frame in frames if frame.f_code.co_filename == EXERCISE]
            if mine or thread.waits_for != LOCK:  # Otherwise it is an executor's, without work.
                line = mine[-1].f_lineno if mine else None
                place = _stands(thread.task, thread.number, mine, line, thread.waits_for)
                stands[0, thread.number] = place
        return stands, scene.told()


def _running_frames(frame: FrameType | None) -> list[FrameType]:
    """The frames of a stack that is not suspended, from the outermost to the innermost."""
    frames = []
    while frame is not None:
        frames.append(frame)
        frame = frame.f_back
    return frames[::-1]


def _stands(
    task: int, thread: int, mine: Sequence[FrameType], line: int | None, what: Awaited
) -> Stands:
    callers = tuple(frame.f_lineno for frame in mine[:-1])[-MAX_NAMES:]
    values = tuple(islice(_values(mine[-1]), MAX_NAMES)) if mine else ()
    return Stands(task, thread, line, callers, what, values)


def _values(frame: FrameType) -> Iterator[Value]:
    for name, value in list(frame.f_locals.items()):
        # What a comprehension makes for itself has a name that is none.
        if name.isidentifier() and not name.startswith("__") and not is_code(value):
            yield Value(shortened(name, MAX_NAME), shown(value))


class _Names:
    """How each primitive was first reached, which is what it is called from then on."""

    def __init__(self) -> None:
        # Nothing lives longer because it has a name here.
        self._names: WeakKeyDictionary[object, str] = WeakKeyDictionary()
        self._taken: Counter[str] = Counter()

    def give(self, primitive: object, path: str) -> None:
        if primitive not in self._names:
            self._taken[path] += 1
            number = self._taken[path]
            self._names[primitive] = path if number == 1 else f"{path} #{number}"

    def of(self, primitive: object) -> str:
        return shortened(self._names.get(primitive, ""), MAX_NAME)


class _Primitives:
    """The primitives at one moment."""

    def __init__(self, kernel: Kernel, names: _Names) -> None:
        self._tasks = kernel.tasks
        self._numbers = {id(task): number for number, task in kernel.tasks.alive()}
        self._found: dict[int, tuple[_Kind, Any]] = {}
        self._names = names
        self._waiting: dict[int, list[int]] = {}
        self._sending: dict[int, list[int]] = {}
        self._modules: set[int] = set()

    def name_those_in(self, frame: FrameType) -> None:
        """Find what the names of a frame and of its module lead to."""
        if id(frame.f_globals) not in self._modules:
            self._modules.add(id(frame.f_globals))
            self._name_those_among(frame.f_globals)
        self._name_those_among(frame.f_locals)

    def _name_those_among(self, names: dict[str, Any]) -> None:
        for name, value in list(names.items()):
            if name.startswith("__") or is_code(value):
                continue
            for path, each in _reachable(name, value):
                kind = _kind_of(each)
                if kind is not None and len(self._found) < MAX_FOUND:
                    self._found.setdefault(id(_core(kind, each)), (kind, each))
                    self._names.give(_core(kind, each), path)

    def add_waiting(
        self, kind: _Kind, frames: Sequence[FrameType], task: int, *, sending: bool
    ) -> None:
        """A task waits for a primitive of this kind, in the outermost of these frames that has one."""
        for frame in frames:
            owner = frame.f_locals.get("self")
            if frame.f_code.co_filename != EXERCISE and _kind_of(owner) == kind:
                key = id(_core(kind, owner))
                self._found.setdefault(key, (kind, owner))
                waiting = self._sending if sending else self._waiting
                waiting.setdefault(key, []).append(task)
                return

    def told(self) -> Primitives:
        told = (self._describe(key, kind, value) for key, (kind, value) in self._found.items())
        return Primitives(
            tuple(islice((each for each in told if each is not None), MAX_PRIMITIVES))
        )

    def _describe(self, key: int, kind: _Kind, value: Any) -> Primitive | None:
        count, total = 0, 0.0
        holders: list[int] = []
        match kind:
            case "lock":
                holders = self._those([value.statistics().owner])
            case "semaphore":
                count = value.value
                holders = sorted({n for n in map(self._tasks.number, holders_of(value)) if n})
            case "limiter":
                statistics = value.statistics()
                count, total = statistics.borrowed_tokens, statistics.total_tokens
                holders = sorted(self._those(statistics.borrowers))
            case "condition":
                holders = self._those([value.statistics().lock_statistics.owner])
            case "event":
                count = int(value.is_set())
            case "stream":
                statistics = value.statistics()
                count, total = statistics.current_buffer_used, statistics.max_buffer_size
        waiting, sending = self._waiting.get(key, []), self._sending.get(key, [])
        if not (holders or waiting or sending or (count and kind != "semaphore")):
            return None
        return Primitive(
            kind,
            self._names.of(_core(kind, value)),
            count,
            float(total),
            tuple(holders[:MAX_TASKS]),
            tuple(waiting[:MAX_TASKS]),
            tuple(sending[:MAX_TASKS]),
        )

    def _those(self, owners: Any) -> list[int]:
        ids = [owner.id if isinstance(owner, anyio.TaskInfo) else id(owner) for owner in owners]
        return [self._numbers[each] for each in ids if each in self._numbers]


def _reachable(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """`value`, and what lies in it if it is a list, a dict or an object, each with how to reach it."""
    yield name, value
    kind = type(value)
    if kind is list or kind is tuple:
        for n, item in enumerate(islice(value, MAX_INSIDE)):
            yield f"{name}[{n}]", item
    elif kind is dict:
        for key, item in islice(list(value.items()), MAX_INSIDE):
            yield f"{name}[{shown(key)}]", item
    elif _kind_of(value) is None:
        for attribute, item in islice(attributes(value, private=True).items(), MAX_INSIDE):
            yield f"{name}.{attribute}", item


def _kind_of(value: object) -> _Kind | None:
    """What AnyIO's primitive an object is. A class of the learner's own is none: it may say anything of
    itself."""
    kind = type(value)
    if package(kind) != "anyio":
        return None
    return next((name for known, name in _KINDS if issubclass(kind, known)), None)


def _core(kind: _Kind, value: Any) -> object:
    """What is the same for both ends of a stream. There is no public way to ask whether they belong
    together."""
    return value._state if kind == "stream" else value
