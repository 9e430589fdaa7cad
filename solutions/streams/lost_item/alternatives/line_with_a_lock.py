"""A class without a stream: a lock for the line, and a task that pings when the line has been free for long."""

from collections.abc import AsyncIterator
from typing import Protocol

import anyio


class Browser(Protocol):
    async def send(self, event: str) -> None: ...

    async def ping(self) -> None: ...


class Line:
    def __init__(self, browser: Browser, patience: float) -> None:
        self.browser = browser
        self.patience = patience
        self.lock = anyio.Lock()
        self.free_since = anyio.current_time()
        self.sent = 0

    async def send(self, event: str) -> None:
        async with self.lock:
            await self.browser.send(event)
            self.sent += 1
            self.free_since = anyio.current_time()

    async def keep_open(self) -> None:
        while True:
            await anyio.sleep_until(self.free_since + self.patience)
            async with self.lock:
                if anyio.current_time() >= self.free_since + self.patience:
                    await self.browser.ping()
                    self.free_since = anyio.current_time()


async def relay(news: AsyncIterator[str], browser: Browser, patience: float) -> int:
    line = Line(browser, patience)
    async with anyio.create_task_group() as group:
        group.start_soon(line.keep_open)
        async for event in news:
            await line.send(event)
        async with line.lock:  # No ping is broken off.
            group.cancel_scope.cancel()
    return line.sent
