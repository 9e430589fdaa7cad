"""The upload that ends last announces the version; without files nobody does.

Caught by: good_release
"""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Server(Protocol):
    async def upload(self, file: str) -> None: ...

    async def announce(self, version: str) -> None: ...


async def publish(server: Server, version: str, files: Sequence[str]) -> None:
    left = len(files)

    async def upload(file: str) -> None:
        nonlocal left
        await server.upload(file)
        left -= 1
        if left == 0:
            await server.announce(version)

    async with anyio.create_task_group() as group:
        for file in files:
            group.start_soon(upload, file)
