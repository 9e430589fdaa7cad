"""Hot ovens are announced on a stream; one baker loads them all."""

from collections.abc import Sequence
from typing import Protocol

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream


class Oven(Protocol):
    async def light(self) -> None: ...

    async def load(self) -> None: ...


class Watchdog(Protocol):
    async def beat(self) -> None: ...


async def heat(oven: Oven, seconds: float, hot: MemoryObjectSendStream[Oven]) -> None:
    async with hot:
        await oven.light()
        await anyio.sleep(seconds)
        await hot.send(oven)


async def heat_all(watchdog: Watchdog, ovens: Sequence[tuple[Oven, float]]) -> None:
    send, receive = anyio.create_memory_object_stream[Oven](len(ovens))

    async def baker(hot: MemoryObjectReceiveStream[Oven]) -> None:
        async with hot:
            async for oven in hot:
                await oven.load()
        heart.cancel()

    heart = anyio.CancelScope()
    async with anyio.create_task_group() as group:
        group.start_soon(baker, receive)
        async with send:
            for oven, seconds in ovens:
                group.start_soon(heat, oven, seconds, send.clone())
        with heart:
            while True:
                await watchdog.beat()
                await anyio.sleep(0.5)
