"""A task that waits for the stop: it ends a scope around the loop, and gives the group a deadline."""

from collections.abc import AsyncIterator
from typing import Protocol

import anyio


class Converter(Protocol):
    async def convert(self, upload: int) -> None: ...


class Supervisor(Protocol):
    async def asks_to_stop(self) -> None: ...


async def serve(
    inbox: AsyncIterator[int], converter: Converter, supervisor: Supervisor, grace: float
) -> list[int]:
    unfinished: dict[int, None] = {}

    async def convert(upload: int) -> None:
        await converter.convert(upload)
        del unfinished[upload]

    async def watch() -> None:
        await supervisor.asks_to_stop()
        accepting.cancel()
        group.cancel_scope.deadline = anyio.current_time() + grace

    accepting = anyio.CancelScope()
    async with anyio.create_task_group() as group:
        group.start_soon(watch)
        with accepting:
            async for upload in inbox:
                unfinished[upload] = None
                group.start_soon(convert, upload)
    return list(unfinished)
