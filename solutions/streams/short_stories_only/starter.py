"""Send a book to a translator, page by page, and collect the translation."""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Line(Protocol):
    """Leads to a translator, and back."""

    async def send(self, page: str) -> None: ...

    async def finish(self) -> None: ...

    async def receive(self) -> str: ...


async def translate(line: Line, pages: Sequence[str]) -> list[str]:
    """Return the translated pages of the book."""
    for page in pages:
        await line.send(page)
    await line.finish()
    translated: list[str] = []
    while True:
        try:
            translated.append(await line.receive())
        except anyio.EndOfStream:
            return translated


if __name__ == "__main__":  # `python exercise.py` plays it on the real clock.
    import example

    example.run()
