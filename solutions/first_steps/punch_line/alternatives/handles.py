"""A task handle for each line, asked in the order of the list."""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Translator(Protocol):
    async def translate(self, line: str) -> str: ...


async def subtitles(translator: Translator, lines: Sequence[str]) -> list[str]:
    async with anyio.create_task_group() as group:
        handles = [group.start_soon(translator.translate, line) for line in lines]
    return [handle.return_value for handle in handles]
