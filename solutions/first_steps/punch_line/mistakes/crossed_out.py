"""Crosses out a line that has its translation with "", and then takes the place for that of an empty line.

Caught by: in_order, overlap
"""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Translator(Protocol):
    """A translation service; each line takes it a while."""

    async def translate(self, line: str) -> str: ...


async def subtitles(translator: Translator, lines: Sequence[str]) -> list[str]:
    """Return the translations of the lines."""
    waiting = list(lines)
    translated = [""] * len(waiting)

    async def send(line: str) -> None:
        translation = await translator.translate(line)
        place = waiting.index(line)
        waiting[place] = ""  # This one is done.
        translated[place] = translation

    async with anyio.create_task_group() as group:
        for line in lines:
            group.start_soon(send, line)
    return translated
