"""Raises the first error at once, but asyncio.gather lets the other uploads run on, and needs asyncio.

Caught by: error_reaches_the_caller (trio), others_are_cancelled, not_announced (trio), good_release (trio)
"""

import asyncio
from collections.abc import Sequence
from typing import Protocol


class Server(Protocol):
    async def upload(self, file: str) -> None: ...

    async def announce(self, version: str) -> None: ...


async def publish(server: Server, version: str, files: Sequence[str]) -> None:
    await asyncio.gather(*(server.upload(file) for file in files))
    await server.announce(version)
