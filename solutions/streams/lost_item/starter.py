"""Relay the news to a browser, and keep the line open while there are none."""

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
    """Return how many events were sent, when the news has ended."""
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
                await browser.send(event)
                sent += 1
            if silence.cancelled_caught:
                await browser.ping()
    return sent


if __name__ == "__main__":  # `python exercise.py` plays it on the real clock.
    import example

    example.run()
