"""Takes every error of receive() for the end of the translation.

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

    async def receive_all() -> None:
        while True:
            try:
                translated.append(await line.receive())
            except Exception:
                return

    async with anyio.create_task_group() as group:
        group.start_soon(receive_all)
        for page in pages:
            await line.send(page)
        await line.finish()
    return translated
