"""Uses asyncio's gather, which trio knows nothing of, and which leaves the other one behind after an error.

Caught by: whole_books (trio), no_delay (trio), errors_come_out, gives_way (trio)
"""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Line(Protocol):
    async def send(self, page: str) -> None: ...

    async def finish(self) -> None: ...

    async def receive(self) -> str: ...


import asyncio


async def translate(line: Line, pages: Sequence[str]) -> list[str]:
    translated = []

    async def send_all() -> None:
        for page in pages:
            await line.send(page)
        await line.finish()

    async def receive_all() -> None:
        while True:
            try:
                translated.append(await line.receive())
            except anyio.EndOfStream:
                return

    await asyncio.gather(send_all(), receive_all())
    return translated
