"""AnyIO's as_completed, which raises as soon as an upload does; with a note in the error."""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Server(Protocol):
    async def upload(self, file: str) -> None: ...

    async def announce(self, version: str) -> None: ...


async def upload(server: Server, file: str) -> None:
    try:
        await server.upload(file)
    except Exception as error:
        error.add_note(f"while uploading {file}")
        raise


async def publish(server: Server, version: str, files: Sequence[str]) -> None:
    if files:
        async with anyio.as_completed(*(upload(server, file) for file in files)) as uploads:
            async for _ in uploads:
                pass
    await server.announce(version)
