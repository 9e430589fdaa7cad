"""Put a release on the download server, and announce it."""

import logging
from collections.abc import Sequence
from typing import Protocol

import anyio

log = logging.getLogger(__name__)


class Server(Protocol):
    """The download server."""

    async def upload(self, file: str) -> None: ...

    async def announce(self, version: str) -> None: ...


async def upload(server: Server, file: str) -> None:
    try:
        await server.upload(file)
    except Exception:
        log.exception("could not upload %s", file)


async def publish(server: Server, version: str, files: Sequence[str]) -> None:
    """Upload all files at the same time, and then announce the version."""
    async with anyio.create_task_group() as group:
        for file in files:
            group.start_soon(upload, server, file)
    await server.announce(version)


if __name__ == "__main__":  # `python exercise.py` plays it on the real clock.
    import example

    example.run()
