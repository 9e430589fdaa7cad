"""Takes a blank page for no page.

Caught by: whole_books, no_delay, errors_come_out, gives_way
"""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Line(Protocol):
    async def send(self, page: str) -> None: ...

    async def finish(self) -> None: ...

    async def receive(self) -> str: ...


async def translate(line: Line, pages: Sequence[str]) -> list[str]:
    translated = []

    async def send_all() -> None:
        for page in filter(None, pages):
            await line.send(page)
        await line.finish()

    async with anyio.create_task_group() as group:
        group.start_soon(send_all)
        try:
            while page := await line.receive():
                translated.append(page)
        except anyio.EndOfStream:
            pass
    return translated
