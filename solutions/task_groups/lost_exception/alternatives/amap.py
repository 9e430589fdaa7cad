"""AnyIO's own helper, which raises what its tasks raise."""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Server(Protocol):
    async def upload(self, file: str) -> None: ...

    async def announce(self, version: str) -> None: ...


async def publish(server: Server, version: str, files: Sequence[str]) -> None:
    await anyio.amap(server.upload, files)
    await server.announce(version)
