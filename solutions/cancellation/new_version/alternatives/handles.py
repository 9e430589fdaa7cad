"""A handle for each conversion; those that are left when the time is over are cancelled one by one."""

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
    async with anyio.create_task_group() as group:
        handles: dict[int, anyio.TaskHandle[None]] = {}

        async def accept() -> None:
            async for upload in inbox:
                handles[upload] = group.start_soon(converter.convert, upload)

        door = group.start_soon(accept)
        await supervisor.asks_to_stop()
        door.cancel()
        with anyio.move_on_after(grace):
            await door.wait()
            for handle in handles.values():
                await handle.wait()
        for handle in handles.values():
            handle.cancel()
    finished = anyio.TaskHandle.Status.FINISHED
    return [upload for upload, handle in handles.items() if handle.status is not finished]
