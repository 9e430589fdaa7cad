"""Raises an error of its own in the place of the one that happened.

Caught by: error_reaches_the_caller
"""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Server(Protocol):
    async def upload(self, file: str) -> None: ...

    async def announce(self, version: str) -> None: ...


async def publish(server: Server, version: str, files: Sequence[str]) -> None:
    try:
        await anyio.amap(server.upload, files)
    except* Exception:
        raise RuntimeError(f"version {version} could not be published")
    await server.announce(version)
