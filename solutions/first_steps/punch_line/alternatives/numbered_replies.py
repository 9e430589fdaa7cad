"""Takes the translations as they come, each with its number, and sorts them by it at the end."""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Translator(Protocol):
    async def translate(self, line: str) -> str: ...


async def subtitles(translator: Translator, lines: Sequence[str]) -> list[str]:
    arrived: list[tuple[int, str]] = []

    async def send(number: int) -> None:
        arrived.append((number, await translator.translate(lines[number])))

    async with anyio.create_task_group() as group:
        for number in range(len(lines)):
            group.start_soon(send, number)
    return [text for _, text in sorted(arrived)]
