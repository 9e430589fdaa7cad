"""`fail_after` around the wait alone; what follows goes into the `else`."""

from collections.abc import AsyncIterator
from typing import Protocol

import anyio
from anyio.streams.memory import MemoryObjectSendStream


class Browser(Protocol):
    async def send(self, event: str) -> None: ...

    async def ping(self) -> None: ...


async def collect(news: AsyncIterator[str], stream: MemoryObjectSendStream[str]) -> None:
    async with stream:
        async for event in news:
            await stream.send(event)


async def relay(news: AsyncIterator[str], browser: Browser, patience: float) -> int:
    sent = 0
    send, receive = anyio.create_memory_object_stream[str](float("inf"))
    async with anyio.create_task_group() as group:
        group.start_soon(collect, news, send)
        is_open = True
        while is_open:
            try:
                with anyio.fail_after(patience):
                    event = await receive.receive()
            except TimeoutError:
                await browser.ping()
            except anyio.EndOfStream:
                is_open = False
            else:
                await browser.send(event)
                sent += 1
    return sent
