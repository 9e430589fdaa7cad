"""Who has taken a semaphore's permits. AnyIO does not record this, and a report on a deadlock needs it."""

from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

import anyio

_holders: WeakKeyDictionary[object, list[object]] = WeakKeyDictionary()
_followed: set[type] = set()


def follow(current_task: Callable[[], object | None]) -> None:
    """From here on keep who takes and gives back permits, on the backend that runs now."""
    kind: Any = type(anyio.Semaphore(0))
    if kind in _followed:
        return
    _followed.add(kind)
    acquire, acquire_nowait, release = kind.acquire, kind.acquire_nowait, kind.release

    def take(semaphore: object) -> None:
        _holders.setdefault(semaphore, []).append(current_task())

    async def acquire_and_keep(self: Any) -> None:
        await acquire(self)
        take(self)

    def acquire_nowait_and_keep(self: Any) -> None:
        acquire_nowait(self)
        take(self)

    def release_and_keep(self: Any) -> None:
        release(self)
        if holders := _holders.get(self):
            # A permit has no owner: any task may give back what another one took.
            task = current_task()
            holders.remove(task if task in holders else holders[0])

    kind.acquire, kind.acquire_nowait = acquire_and_keep, acquire_nowait_and_keep
    kind.release = release_and_keep


def holders_of(semaphore: object) -> list[object]:
    """The tasks that took a permit of this semaphore, once for each; none if nobody followed it."""
    inner = getattr(semaphore, "_internal_semaphore", None)  # One that was made outside a loop.
    return _holders.get(inner or semaphore, [])
