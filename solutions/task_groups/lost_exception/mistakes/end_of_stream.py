"""Takes an upload's EndOfStream for the end of its own queue.

Caught by: error_reaches_the_caller, others_are_cancelled, not_announced
"""

import logging
from collections.abc import Sequence
from typing import Protocol

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream

log = logging.getLogger(__name__)


class Server(Protocol):
    """The download server."""

    async def upload(self, file: str) -> None: ...

    async def announce(self, version: str) -> None: ...


async def worker(server: Server, jobs: MemoryObjectReceiveStream[str]) -> None:
    with jobs:
        try:
            while True:
                file = await jobs.receive()
                await server.upload(file)
        except anyio.EndOfStream:
            return  # nothing left to do


async def publish(server: Server, version: str, files: Sequence[str]) -> None:
    """Upload all files at the same time, and then announce the version."""
    send, receive = anyio.create_memory_object_stream[str](len(files))
    with send:
        for file in files:
            send.send_nowait(file)
    with receive:
        async with anyio.create_task_group() as group:
            for _ in files:
                group.start_soon(worker, server, receive.clone())
    await server.announce(version)
