"""Receives a page after each one that it sends: how many come of it is not known.

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
    for page in pages:
        await line.send(page)
        translated.append(await line.receive())
    await line.finish()
    while True:
        try:
            translated.append(await line.receive())
        except anyio.EndOfStream:
            return translated
