"""Recursion: the first line here, beside it the rest in a task of its own."""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Translator(Protocol):
    async def translate(self, line: str) -> str: ...


async def subtitles(translator: Translator, lines: Sequence[str]) -> list[str]:
    if not lines:
        return []
    rest: list[str] = []

    async def send_the_rest() -> None:
        rest.extend(await subtitles(translator, lines[1:]))

    async with anyio.create_task_group() as group:
        group.start_soon(send_the_rest)
        first = await translator.translate(lines[0])
    return [first, *rest]
