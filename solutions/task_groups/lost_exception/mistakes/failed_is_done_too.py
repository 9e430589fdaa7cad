"""Counts a failed upload as done; if it was the last, the announcement begins, and is cancelled.

Caught by: not_announced (asyncio)
"""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Server(Protocol):
    async def upload(self, file: str) -> None: ...

    async def announce(self, version: str) -> None: ...


async def publish(server: Server, version: str, files: Sequence[str]) -> None:
    left = set(files)
    done = anyio.Event()
    if not left:
        done.set()

    async def upload(file: str) -> None:
        try:
            await server.upload(file)
        finally:
            left.discard(file)
            if not left:
                done.set()

    async with anyio.create_task_group() as group:
        for file in files:
            group.start_soon(upload, file)
        await done.wait()
        await server.announce(version)
