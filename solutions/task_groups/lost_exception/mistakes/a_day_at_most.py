"""Gives up after a day, of its own accord.

Caught by: error_reaches_the_caller, others_are_cancelled, not_announced, good_release
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
    with anyio.fail_after(24 * 60 * 60):
        async with anyio.create_task_group() as group:
            for file in files:
                group.start_soon(server.upload, file)
    await server.announce(version)
