"""Uploads no more than sixteen files at the same time.

Caught by: others_are_cancelled, good_release
"""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Server(Protocol):
    async def upload(self, file: str) -> None: ...

    async def announce(self, version: str) -> None: ...


async def publish(server: Server, version: str, files: Sequence[str]) -> None:
    limiter = anyio.CapacityLimiter(16)

    async def upload(file: str) -> None:
        async with limiter:
            await server.upload(file)

    async with anyio.create_task_group() as group:
        for file in files:
            group.start_soon(upload, file)
    await server.announce(version)
