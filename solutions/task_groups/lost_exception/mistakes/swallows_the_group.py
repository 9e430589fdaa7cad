"""Catches the exception group where it leaves, and announces what is left.

Caught by: error_reaches_the_caller, others_are_cancelled, not_announced
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
    except* Exception as failures:
        print("could not upload everything:", failures.exceptions)
    await server.announce(version)
