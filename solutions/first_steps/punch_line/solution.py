"""Translate the lines of a scene, all at once."""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Translator(Protocol):
    """A translation service; each line takes it a while."""

    async def translate(self, line: str) -> str: ...


async def subtitles(translator: Translator, lines: Sequence[str]) -> list[str]:
    """Return the translations of the lines."""
    translated = [""] * len(lines)

    async def send(index: int, line: str) -> None:
        translated[index] = await translator.translate(line)

    async with anyio.create_task_group() as group:
        for index, line in enumerate(lines):
            group.start_soon(send, index, line)
    return translated
