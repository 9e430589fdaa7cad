"""Takes the announcement for something that may fail unheard.

Caught by: error_reaches_the_caller
"""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Server(Protocol):
    async def upload(self, file: str) -> None: ...

    async def announce(self, version: str) -> None: ...


async def publish(server: Server, version: str, files: Sequence[str]) -> None:
    await anyio.amap(server.upload, files)
    try:
        await server.announce(version)
    except Exception as error:
        print(f"could not announce {version}: {error}")
