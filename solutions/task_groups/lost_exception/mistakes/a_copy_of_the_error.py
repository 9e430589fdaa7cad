"""Makes a new exception of the same kind, with the same words.

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
    except ExceptionGroup as failures:
        error = failures.exceptions[0]
        raise type(error)(*error.args) from None
    await server.announce(version)
