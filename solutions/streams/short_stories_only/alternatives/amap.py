"""AnyIO's own helper runs both directions at the same time."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Protocol

import anyio


class Line(Protocol):
    async def send(self, page: str) -> None: ...

    async def finish(self) -> None: ...

    async def receive(self) -> str: ...


async def send_all(line: Line, pages: Sequence[str]) -> list[str]:
    for page in pages:
        await line.send(page)
    await line.finish()
    return []


async def receive_all(line: Line) -> list[str]:
    translated: list[str] = []
    while True:
        try:
            translated.append(await line.receive())
        except anyio.EndOfStream:
            return translated


async def run(direction: Callable[[], Awaitable[list[str]]]) -> list[str]:
    return await direction()


async def translate(line: Line, pages: Sequence[str]) -> list[str]:
    both = [partial(send_all, line, pages), partial(receive_all, line)]
    _, translated = await anyio.amap(run, both)
    return translated
