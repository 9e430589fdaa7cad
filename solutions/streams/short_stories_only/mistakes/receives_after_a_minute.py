"""Sends and receives at the same time, but begins to receive after a minute.

Caught by: no_delay, errors_come_out
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
    is_over = False

    async def send_all() -> None:
        nonlocal is_over
        for page in pages:
            await line.send(page)
        await line.finish()
        is_over = True

    async with anyio.create_task_group() as group:
        group.start_soon(send_all)
        await anyio.sleep(60)
        while True:
            try:
                translated.append(await line.receive())
            except anyio.EndOfStream:
                break
    return translated
