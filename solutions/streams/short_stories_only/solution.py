"""Send a book to a translator, page by page, and collect the translation."""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Line(Protocol):
    """Leads to a translator, and back."""

    async def send(self, page: str) -> None: ...

    async def finish(self) -> None: ...

    async def receive(self) -> str: ...


async def send_all(line: Line, pages: Sequence[str]) -> None:
    for page in pages:
        await line.send(page)
    await line.finish()


async def translate(line: Line, pages: Sequence[str]) -> list[str]:
    """Return the translated pages of the book."""
    translated: list[str] = []
    async with anyio.create_task_group() as group:
        group.start_soon(send_all, line, pages)
        while True:
            try:
                translated.append(await line.receive())
            except anyio.EndOfStream:
                break
    return translated
