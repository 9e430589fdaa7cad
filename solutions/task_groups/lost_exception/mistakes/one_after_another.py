"""Uploads one file after the other, so that an error is heard, but the night is over.

Caught by: others_are_cancelled, good_release
"""

from collections.abc import Sequence
from typing import Protocol


class Server(Protocol):
    async def upload(self, file: str) -> None: ...

    async def announce(self, version: str) -> None: ...


async def publish(server: Server, version: str, files: Sequence[str]) -> None:
    for file in files:
        await server.upload(file)
    await server.announce(version)
