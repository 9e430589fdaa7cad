"""A class whose lines are objects that translate themselves, one after the other beginning at the end."""

from collections.abc import Iterator, Sequence
from typing import Protocol

import anyio
import anyio.lowlevel


class Translator(Protocol):
    async def translate(self, line: str) -> str: ...


class Line:
    def __init__(self, original: str) -> None:
        self.original = original
        self.translation: str | None = None

    async def send(self, translator: Translator) -> None:
        await anyio.lowlevel.checkpoint()
        self.translation = await translator.translate(self.original)


class Scene:
    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = [Line(line) for line in lines]

    async def send(self, translator: Translator) -> None:
        async with anyio.create_task_group() as group:
            for line in reversed(self.lines):
                group.start_soon(line.send, translator)

    def __iter__(self) -> Iterator[str]:
        for line in self.lines:
            assert line.translation is not None
            yield line.translation


async def subtitles(translator: Translator, lines: Sequence[str]) -> list[str]:
    scene = Scene(lines)
    await scene.send(translator)
    return list(scene)
