"""Sends each line without the blanks around it, and so another one.

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
    return await anyio.amap(translator.translate, [line.strip() for line in lines])
