"""Prepare a report for the newsreader, as far as there is time."""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Wire(Protocol):
    """Brings reports from all over the world."""

    async def report(self) -> str: ...


class Editor(Protocol):
    """Makes a text better. That may take a while."""

    async def edit(self, text: str) -> str: ...


async def bulletin(wire: Wire, editors: Sequence[Editor], seconds: float) -> str:
    """Return the next report, as far as the editors have come with it after so many seconds."""
    text = await wire.report()
    with anyio.move_on_after(seconds):
        for editor in editors:
            text = await editor.edit(text)
    return text
