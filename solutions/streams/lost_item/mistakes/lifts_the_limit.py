"""Lifts the limit as soon as there is an event. If the event is handed over in the very step in which the
time is up, the block has been cancelled by then, and what was received is not sent.

Caught by: all_arrive, on_time, errors_come_out
"""

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
    send, receive = anyio.create_memory_object_stream[str]()
    async with anyio.create_task_group() as group:
        group.start_soon(collect, news, send)
        while True:
            with anyio.move_on_after(patience) as silence:
                try:
                    event = await receive.receive()
                except anyio.EndOfStream:
                    break
                silence.deadline = float("inf")
                await browser.send(event)
                sent += 1
            if silence.cancelled_caught:
                await browser.ping()
    return sent
