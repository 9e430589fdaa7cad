"""Takes a TimeoutError for a server that was slow to answer.

Caught by: error_reaches_the_caller, others_are_cancelled, not_announced
"""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Server(Protocol):
    async def upload(self, file: str) -> None: ...

    async def announce(self, version: str) -> None: ...


async def publish(server: Server, version: str, files: Sequence[str]) -> None:
    async def upload(file: str) -> None:
        try:
            await server.upload(file)
        except TimeoutError:
            print(f"{file}: no answer in time")

    async with anyio.create_task_group() as group:
        for file in files:
            group.start_soon(upload, file)
    await server.announce(version)
