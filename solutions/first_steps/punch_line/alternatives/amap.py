"""AnyIO's own helper."""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Translator(Protocol):
    async def translate(self, line: str) -> str: ...


async def subtitles(translator: Translator, lines: Sequence[str]) -> list[str]:
    return await anyio.amap(translator.translate, lines)
