"""Gives up by itself after an hour, with an error that no upload raised.

Caught by: error_reaches_the_caller, others_are_cancelled, not_announced, good_release
"""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Server(Protocol):
    async def upload(self, file: str) -> None: ...

    async def announce(self, version: str) -> None: ...


async def publish(server: Server, version: str, files: Sequence[str]) -> None:
    with anyio.fail_after(3600):
        async with anyio.create_task_group() as group:
            for file in files:
                group.start_soon(server.upload, file)
    await server.announce(version)
