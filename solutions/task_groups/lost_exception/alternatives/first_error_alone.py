"""Unpacks the exception group, so that the caller can use a plain `except`."""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Server(Protocol):
    async def upload(self, file: str) -> None: ...

    async def announce(self, version: str) -> None: ...


async def publish(server: Server, version: str, files: Sequence[str]) -> None:
    errors: list[Exception] = []
    try:
        async with anyio.create_task_group() as group:
            for file in files:
                group.create_task(server.upload(file))
    except* Exception as failures:
        errors.extend(failures.exceptions)
    if errors:
        raise errors[0]
    await server.announce(version)
