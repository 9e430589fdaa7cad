"""Hands down a time limit after all, and each time it is what is left of the whole."""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Wire(Protocol):
    """Brings reports from all over the world."""

    async def report(self) -> str: ...


class Editor(Protocol):
    """Makes a text better. That may take a while."""

    async def edit(self, text: str) -> str: ...


async def edited(editor: Editor, text: str, left: float) -> str:
    """Return the text as the editor leaves it, or as it was if that takes too long."""
    with anyio.move_on_after(left):
        return await editor.edit(text)
    return text


async def bulletin(wire: Wire, editors: Sequence[Editor], seconds: float) -> str:
    """Return the next report, as far as the editors have come with it after so many seconds."""
    text = await wire.report()
    deadline = anyio.current_time() + seconds
    for editor in editors:
        text = await edited(editor, text, left=deadline - anyio.current_time())
    return text
