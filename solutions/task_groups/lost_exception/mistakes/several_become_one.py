"""Lets one error through as it is, and puts a new one in the place of several.

Caught by: error_reaches_the_caller
"""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Server(Protocol):
    async def upload(self, file: str) -> None: ...

    async def announce(self, version: str) -> None: ...


async def publish(server: Server, version: str, files: Sequence[str]) -> None:
    try:
        async with anyio.create_task_group() as group:
            for file in files:
                group.start_soon(server.upload, file)
    except ExceptionGroup as failures:
        if len(failures.exceptions) == 1:
            raise failures.exceptions[0] from None
        raise RuntimeError(f"{len(failures.exceptions)} uploads failed") from failures
    await server.announce(version)
