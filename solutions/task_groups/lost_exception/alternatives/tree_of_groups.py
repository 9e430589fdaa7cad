"""Nested task groups, each of which halves the files, and an extra checkpoint."""

from collections.abc import Sequence
from typing import Protocol

import anyio
import anyio.lowlevel


class Server(Protocol):
    async def upload(self, file: str) -> None: ...

    async def announce(self, version: str) -> None: ...


async def upload_all(server: Server, files: Sequence[str]) -> None:
    if len(files) == 1:
        await server.upload(files[0])
    elif files:
        async with anyio.create_task_group() as halves:
            halves.start_soon(upload_all, server, files[: len(files) // 2])
            halves.start_soon(upload_all, server, files[len(files) // 2 :])


async def publish(server: Server, version: str, files: Sequence[str]) -> None:
    await upload_all(server, files)
    await anyio.lowlevel.checkpoint()
    await server.announce(version)
