"""A list of what has come and an event that says so; the end is a flag."""

from collections import deque
from collections.abc import AsyncIterator
from typing import Protocol

import anyio


class Browser(Protocol):
    async def send(self, event: str) -> None: ...

    async def ping(self) -> None: ...


class Inbox:
    def __init__(self) -> None:
        self.events: deque[str] = deque()
        self.is_over = False
        self.news = anyio.Event()

    def wake(self) -> None:
        self.news.set()
        self.news = anyio.Event()

    async def fill(self, news: AsyncIterator[str]) -> None:
        async for event in news:
            self.events.append(event)
            self.wake()
        self.is_over = True
        self.wake()

    async def wait(self, patience: float) -> bool:
        """Whether there is an event, or the end, within this time."""
        with anyio.move_on_after(patience):
            while not self.events and not self.is_over:
                await self.news.wait()
        return bool(self.events) or self.is_over


async def relay(news: AsyncIterator[str], browser: Browser, patience: float) -> int:
    inbox, sent = Inbox(), 0
    async with anyio.create_task_group() as group:
        group.start_soon(inbox.fill, news)
        while inbox.events or not inbox.is_over:
            if not await inbox.wait(patience):
                await browser.ping()
            elif inbox.events:
                await browser.send(inbox.events.popleft())
                sent += 1
    return sent
