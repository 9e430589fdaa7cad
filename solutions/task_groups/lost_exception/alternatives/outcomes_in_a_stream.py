"""Tasks never raise: they report to the caller, who raises the first error it hears of."""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Server(Protocol):
    async def upload(self, file: str) -> None: ...

    async def announce(self, version: str) -> None: ...


async def publish(server: Server, version: str, files: Sequence[str]) -> None:
    send, receive = anyio.create_memory_object_stream[Exception | None](len(files))

    async def upload(file: str) -> None:
        try:
            await server.upload(file)
        except Exception as error:
            await send.send(error)
        else:
            await send.send(None)

    with send, receive:
        failure: Exception | None = None
        async with anyio.create_task_group() as group:
            for file in files:
                group.start_soon(upload, file)
            for _ in files:
                failure = await receive.receive()
                if failure is not None:
                    group.cancel_scope.cancel()
                    break
    if failure is not None:
        raise failure
    await server.announce(version)
