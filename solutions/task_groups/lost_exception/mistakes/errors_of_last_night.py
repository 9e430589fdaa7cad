"""Keeps the errors in the module, where the next release finds them.

Caught by: error_reaches_the_caller, others_are_cancelled, not_announced, good_release
"""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Server(Protocol):
    async def upload(self, file: str) -> None: ...

    async def announce(self, version: str) -> None: ...


errors: list[Exception] = []


async def publish(server: Server, version: str, files: Sequence[str]) -> None:
    async def upload(file: str) -> None:
        try:
            await server.upload(file)
        except Exception as error:
            errors.append(error)
            group.cancel_scope.cancel()

    async with anyio.create_task_group() as group:
        for file in files:
            group.start_soon(upload, file)
    if errors:
        raise ExceptionGroup(f"version {version} is not complete", errors)
    await server.announce(version)
