"""Which locks, semaphores and limiters one task alone ever took and released, so that they kept nobody out: each call
of a function makes one of its own, say."""

from collections.abc import Callable
from typing import Any, Final, Literal, TypeAlias
from weakref import ref

import anyio

from checker_sandbox.kernel import Kernel
from checker_sandbox.lines import calling_line
from checker_sandbox.wire.messages import Unshared

_Kind: TypeAlias = Literal["lock", "semaphore", "limiter"]

MAX_TAKEN: Final = 10_000
"""How many are looked at."""


class _Taken:
    """One that somebody wanted to take."""

    def __init__(self, primitive: object, task: int, gone: Callable[["_Taken"], None]) -> None:
        self.task = task
        self.line = calling_line()
        self.is_shared = False
        self._ref = ref(primitive, lambda _: gone(self))


def follow(
    kernel: Kernel, tell: Callable[[Unshared], None], is_looking: Callable[[], bool]
) -> None:
    """From here on tell of each that comes to an end while the only task that ever wanted it still runs:
    nobody else can have had it in hand. `is_looking` says whether the watcher looks, and drops the errors
    that it has kept. This changes classes of the backend, in a process that has no other run."""
    taken: dict[int, _Taken] = {}

    def note(kind: _Kind, primitive: object) -> None:
        task = kernel.tasks.current()
        known = taken.get(id(primitive))
        if known is not None:
            known.is_shared |= known.task != task
        elif task and len(taken) < MAX_TAKEN:
            address = id(primitive)
            taken[address] = _Taken(primitive, task, lambda one: gone(kind, address, one))

    def gone(kind: _Kind, address: int, one: _Taken) -> None:
        taken.pop(address, None)
        if not one.is_shared and is_its_own(one) and not kernel.over:
            tell(Unshared(one.task, kind, one.line))

    def is_its_own(one: _Taken) -> bool:
        """Whether its task runs; or has ended with an error, and only the traceback of that was left. What a
        task was lent does not come to its end with that, as long as the task that started it goes on."""
        if not is_looking():
            return kernel.tasks.current() == one.task
        alive = {number for number, _ in kernel.tasks.alive()}
        return one.task not in alive and kernel.tasks.parent(one.task) in alive

    def noted(kind: _Kind, method: Any) -> Any:
        def note_and_call(self: Any, *arguments: Any) -> Any:
            note(kind, self)
            return method(self, *arguments)

        return note_and_call

    def noted_if_taken(method: Any) -> Any:
        """A semaphore that one task takes and another one releases is shared by the two."""

        def note_and_call(self: Any, *arguments: Any) -> Any:
            known = taken.get(id(self))
            if known is not None:
                known.is_shared |= known.task != kernel.tasks.current()
            return method(self, *arguments)

        return note_and_call

    kinds: tuple[tuple[_Kind, Any, tuple[str, ...]], ...] = (
        ("lock", type(anyio.Lock()), ("acquire", "acquire_nowait")),
        ("semaphore", type(anyio.Semaphore(1)), ("acquire", "acquire_nowait")),
        (
            "limiter",
            type(anyio.CapacityLimiter(1)),
            (
                "__aenter__",
                "acquire",
                "acquire_nowait",
                "acquire_on_behalf_of",
                "acquire_on_behalf_of_nowait",
            ),
        ),
    )
    for kind, its_class, methods in kinds:
        for name in methods:
            setattr(its_class, name, noted(kind, getattr(its_class, name)))
        # (The token of a limiter is given back by trio itself, when a thread has ended.)
        if kind == "semaphore":
            its_class.release = noted_if_taken(its_class.release)
