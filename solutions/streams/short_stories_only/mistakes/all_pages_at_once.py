"""Sends all pages at the same time, a task for each.

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
    async with anyio.create_task_group() as group:
        async def send_all():
            async with anyio.create_task_group() as inner:
                for page in pages:
                    inner.start_soon(line.send, page)
            await line.finish()
        group.start_soon(send_all)
        try:
            while True:
                translated.append(await line.receive())
        except anyio.EndOfStream:
            pass
    return translated
