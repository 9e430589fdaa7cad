"""As many workers as places; each takes the next name from a stream when it is free."""

from collections.abc import Sequence
from typing import Protocol

import anyio
import anyio.to_thread
from anyio.streams.memory import MemoryObjectReceiveStream


class Archive(Protocol):
    def download(self, name: str) -> str: ...


async def download_all(archive: Archive, names: Sequence[str], limit: int) -> list[str]:
    photos: dict[str, str] = {}

    async def work(queue: MemoryObjectReceiveStream[str]) -> None:
        async with queue:
            async for name in queue:
                photos[name] = await anyio.to_thread.run_sync(archive.download, name)

    send, receive = anyio.create_memory_object_stream[str]()
    async with anyio.create_task_group() as group, send:
        async with receive:
            for _ in range(limit):
                group.start_soon(work, receive.clone())
        for name in names:
            await send.send(name)
    return [photos[name] for name in names]
