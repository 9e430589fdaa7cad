"""Collects the errors and raises them when all other uploads are through.

Caught by: others_are_cancelled
"""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Server(Protocol):
    async def upload(self, file: str) -> None: ...

    async def announce(self, version: str) -> None: ...


async def publish(server: Server, version: str, files: Sequence[str]) -> None:
    errors = []

    async def upload(file: str) -> None:
        try:
            await server.upload(file)
        except Exception as error:
            errors.append(error)

    async with anyio.create_task_group() as group:
        for file in files:
            group.start_soon(upload, file)
    if errors:
        raise ExceptionGroup("not published", errors)
    await server.announce(version)
