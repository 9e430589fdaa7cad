"""A task for each page, each of which waits for the one before it; and a generator of what comes back."""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

import anyio


class Line(Protocol):
    async def send(self, page: str) -> None: ...

    async def finish(self) -> None: ...

    async def receive(self) -> str: ...


async def receive_all(line: Line) -> AsyncIterator[str]:
    while True:
        try:
            page = await line.receive()
        except anyio.EndOfStream:
            return
        yield page


async def translate(line: Line, pages: Sequence[str]) -> list[str]:
    translated: list[str] = []
    sent = [anyio.Event() for _ in range(len(pages) + 1)]
    sent[0].set()

    async def send(number: int, page: str) -> None:
        await sent[number].wait()
        await line.send(page)
        sent[number + 1].set()

    async def finish() -> None:
        await sent[-1].wait()
        await line.finish()

    async with anyio.create_task_group() as group:
        for number, page in enumerate(pages):
            group.start_soon(send, number, page)
        group.start_soon(finish)
        async for page in receive_all(line):
            translated.append(page)
    return translated
