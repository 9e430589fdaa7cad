"""Collects errors, cancels the others itself, and raises a group that it made by hand."""

from collections.abc import Sequence
from typing import Protocol

import anyio
import anyio.lowlevel


class Server(Protocol):
    async def upload(self, file: str) -> None: ...

    async def announce(self, version: str) -> None: ...


async def publish(server: Server, version: str, files: Sequence[str]) -> None:
    errors: list[Exception] = []

    async def upload(file: str) -> None:
        try:
            await server.upload(file)
        except Exception as error:
            errors.append(error)
            group.cancel_scope.cancel()
            await anyio.lowlevel.checkpoint()

    async with anyio.create_task_group() as group:
        for file in files:
            group.start_soon(upload, file)
    if errors:
        raise ExceptionGroup(f"version {version} is not complete", errors)
    await server.announce(version)
