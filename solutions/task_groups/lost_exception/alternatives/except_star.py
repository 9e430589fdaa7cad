"""Handles the group with `except*`, a checkpoint and a log, and lets all of it go on."""

import logging
from collections.abc import Sequence
from typing import Protocol

import anyio
import anyio.lowlevel


class Server(Protocol):
    async def upload(self, file: str) -> None: ...

    async def announce(self, version: str) -> None: ...


log = logging.getLogger(__name__)


async def publish(server: Server, version: str, files: Sequence[str]) -> None:
    try:
        async with anyio.create_task_group() as group:
            handles = [group.start_soon(server.upload, file) for file in files]
            for handle in handles:
                await handle.wait()
                await anyio.lowlevel.checkpoint()
    except* ConnectionError as failures:
        log.error("not connected: %s", failures.exceptions)
        raise
    except* Exception as failures:
        raise ExceptionGroup("not published", list(failures.exceptions)) from failures
    else:
        await server.announce(version)
