"""Ends the book whatever happens, as one closes a stream.

Caught by: errors_come_out
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
        try:
            for page in pages:
                await line.send(page)
        finally:
            await line.finish()

    async with anyio.create_task_group() as group:
        group.start_soon(send_all)
        try:
            while True:
                translated.append(await line.receive())
        except anyio.EndOfStream:
            pass
    return translated
