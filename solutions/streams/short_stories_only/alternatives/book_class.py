"""A class for the book."""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Line(Protocol):
    async def send(self, page: str) -> None: ...

    async def finish(self) -> None: ...

    async def receive(self) -> str: ...


class Book:
    def __init__(self, line: Line, pages: Sequence[str]) -> None:
        self.line = line
        self.pages = pages
        self.translated: list[str] = []

    async def write(self) -> None:
        for page in self.pages:
            await self.line.send(page)
        await self.line.finish()

    async def read(self) -> None:
        while True:
            try:
                page = await self.line.receive()
            except anyio.EndOfStream:
                break
            self.translated.append(page)

    async def run(self) -> list[str]:
        async with anyio.create_task_group() as group:
            group.start_soon(self.write)
            await self.read()
        return self.translated


async def translate(line: Line, pages: Sequence[str]) -> list[str]:
    return await Book(line, pages).run()
