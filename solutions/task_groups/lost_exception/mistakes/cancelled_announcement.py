"""Logs the cancellation of the announcement, and returns as if all were well.

Caught by: error_reaches_the_caller (trio)
"""

import logging
from collections.abc import Sequence
from typing import Protocol

import anyio

log = logging.getLogger(__name__)


class Server(Protocol):
    """The download server."""

    async def upload(self, file: str) -> None: ...

    async def announce(self, version: str) -> None: ...


async def publish(server: Server, version: str, files: Sequence[str]) -> None:
    """Upload all files at the same time, and then announce the version."""
    async with anyio.create_task_group() as group:
        for file in files:
            group.start_soon(server.upload, file)
    try:
        await server.announce(version)
    except anyio.get_cancelled_exc_class():
        log.warning("the files are there, but the announcement of %s was interrupted", version)
