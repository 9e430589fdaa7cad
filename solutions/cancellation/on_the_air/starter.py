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


async def edited(editor: Editor, text: str, timeout: float) -> str:
    """Return the text as the editor leaves it, or as it was if that takes too long."""
    with anyio.move_on_after(timeout):
        return await editor.edit(text)
    return text


async def bulletin(wire: Wire, editors: Sequence[Editor], seconds: float) -> str:
    """Return the next report, as far as the editors have come with it after so many seconds."""
    text = await wire.report()
    for editor in editors:
        text = await edited(editor, text, timeout=seconds)
    return text


if __name__ == "__main__":  # `python exercise.py` plays it on the real clock.
    import example

    example.run()
