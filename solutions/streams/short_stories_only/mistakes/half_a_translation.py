"""Returns what it has when it is cancelled.

Caught by: gives_way
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
        for page in pages:
            await line.send(page)
        await line.finish()

    try:
        async with anyio.create_task_group() as group:
            group.start_soon(send_all)
            while True:
                try:
                    translated.append(await line.receive())
                except anyio.EndOfStream:
                    break
    except anyio.get_cancelled_exc_class():
        pass
    return translated
