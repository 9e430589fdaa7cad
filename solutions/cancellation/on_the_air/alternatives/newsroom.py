"""A class whose editors work in a task of their own, which is cancelled when the clock strikes."""

from collections.abc import Sequence
from typing import Protocol

import anyio
import anyio.lowlevel


class Wire(Protocol):
    """Brings reports from all over the world."""

    async def report(self) -> str: ...


class Editor(Protocol):
    """Makes a text better. That may take a while."""

    async def edit(self, text: str) -> str: ...


class Newsroom:
    """Keeps the text as the last editor left it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._is_closed = anyio.Event()

    async def work(self, editors: Sequence[Editor]) -> None:
        for editor in editors:
            await anyio.lowlevel.checkpoint()
            self.text = await editor.edit(self.text)
        self._is_closed.set()

    async def close_after(self, seconds: float) -> None:
        await anyio.sleep(seconds)
        self._is_closed.set()

    async def open(self, editors: Sequence[Editor], seconds: float) -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(self.work, editors)
            group.start_soon(self.close_after, seconds)
            await self._is_closed.wait()
            group.cancel_scope.cancel()


async def bulletin(wire: Wire, editors: Sequence[Editor], seconds: float) -> str:
    """Return the next report, as far as the editors have come with it after so many seconds."""
    newsroom = Newsroom(await wire.report())
    await newsroom.open(editors, seconds)
    return newsroom.text
