"""Translate the lines of a scene, all at once."""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Translator(Protocol):
    """A translation service; each line takes it a while."""

    async def translate(self, line: str) -> str: ...


async def subtitles(translator: Translator, lines: Sequence[str]) -> list[str]:
    """Return the translations of the lines."""
    translated: list[str] = []

    async def send(line: str) -> None:
        translated.append(await translator.translate(line))

    async with anyio.create_task_group() as group:
        for line in lines:
            group.start_soon(send, line)
    return translated


if __name__ == "__main__":  # `python exercise.py` plays it on the real clock.
    import example

    example.run()
