"""A limit that raises, and a scope that knows whether it was its own."""

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
    try:
        with anyio.fail_after(seconds) as scope:
            for editor in editors:
                text = await editor.edit(text)
    except TimeoutError:
        if not scope.cancelled_caught:  # It is an editor's.
            raise
    return text
