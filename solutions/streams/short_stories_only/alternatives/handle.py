"""Both loops are tasks, and the handle of the one that receives has the translation."""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Line(Protocol):
    async def send(self, page: str) -> None: ...

    async def finish(self) -> None: ...

    async def receive(self) -> str: ...


async def send_all(line: Line, pages: Sequence[str]) -> None:
    for page in pages:
        await line.send(page)
    await line.finish()


async def receive_all(line: Line) -> list[str]:
    translated: list[str] = []
    while True:
        try:
            translated.append(await line.receive())
        except anyio.EndOfStream:
            return translated


async def translate(line: Line, pages: Sequence[str]) -> list[str]:
    async with anyio.create_task_group() as group:
        group.start_soon(send_all, line, pages)
        received = group.start_soon(receive_all, line)
    return received.return_value
