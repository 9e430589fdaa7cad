"""Catches the cancellation, and returns as if the release were out.

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
    except anyio.get_cancelled_exc_class():
        print(f"the release of {version} was stopped")
        return
    await server.announce(version)
