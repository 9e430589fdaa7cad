"""A thread made by hand for each letter, which tells an event when it is done."""

import threading
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import anyio
import anyio.from_thread
import anyio.lowlevel


class Storage(Protocol):
    async def fetch(self, number: int) -> str: ...

    async def save(self, number: int, text: str) -> None: ...


class Reader(Protocol):
    def read(self, scan: str) -> str: ...


async def in_thread(function: Callable[..., Any], *args: Any) -> Any:
    """Call a blocking function in a new thread, and stay until it has returned."""
    await anyio.lowlevel.checkpoint()
    token = anyio.lowlevel.current_token()
    done = anyio.Event()
    value: Any = None
    error: Exception | None = None

    def target() -> None:
        nonlocal value, error
        try:
            value = function(*args)
        except Exception as exc:
            error = exc
        anyio.from_thread.run_sync(done.set, token=token)

    thread = threading.Thread(target=target, daemon=True)
    thread.start()
    with anyio.CancelScope(shield=True):
        await done.wait()
    if error is not None:
        raise error
    return value


async def read_letter(storage: Storage, reader: Reader, number: int) -> None:
    scan = await storage.fetch(number)
    text = await in_thread(reader.read, scan)
    await storage.save(number, text)


async def read_letters(storage: Storage, reader: Reader, numbers: Sequence[int]) -> None:
    async with anyio.create_task_group() as group:
        for number in numbers:
            group.start_soon(read_letter, storage, reader, number)
