"""Hands down the deadline, a moment that is the same for every step, and stops when it has come."""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Wire(Protocol):
    """Brings reports from all over the world."""

    async def report(self) -> str: ...


class Editor(Protocol):
    """Makes a text better. That may take a while."""

    async def edit(self, text: str) -> str: ...


async def edited(editor: Editor, text: str, deadline: float) -> tuple[str, bool]:
    """Return the text, and whether there was enough time for the editor."""
    with anyio.CancelScope(deadline=deadline):
        return await editor.edit(text), True
    return text, False


async def bulletin(wire: Wire, editors: Sequence[Editor], seconds: float) -> str:
    """Return the next report, as far as the editors have come with it after so many seconds."""
    text = await wire.report()
    deadline = anyio.current_time() + seconds
    for editor in editors:
        if anyio.current_time() >= deadline:
            break
        text, there_was_time = await edited(editor, text, deadline)
        if not there_was_time:
            break
    return text
