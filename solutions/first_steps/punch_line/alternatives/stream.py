"""Tasks send what they have through a stream, and one table gives it its place."""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Translator(Protocol):
    async def translate(self, line: str) -> str: ...


async def subtitles(translator: Translator, lines: Sequence[str]) -> list[str]:
    table: dict[int, str] = {}
    send, receive = anyio.create_memory_object_stream[tuple[int, str]](len(lines))

    async def ask(place: int, line: str) -> None:
        await send.send((place, await translator.translate(line)))

    async with anyio.create_task_group() as group, send, receive:
        for place, line in enumerate(lines):
            group.start_soon(ask, place, line)
        for _ in lines:
            place, text = await receive.receive()
            table[place] = text
    return [table[place] for place in range(len(lines))]
