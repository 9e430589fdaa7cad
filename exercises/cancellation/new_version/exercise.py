"""Convert uploads until a new version of the program takes over."""

from collections.abc import AsyncIterator
from typing import Protocol

import anyio


class Converter(Protocol):
    async def convert(self, upload: int) -> None: ...


class Supervisor(Protocol):
    async def asks_to_stop(self) -> None:
        """Return when the program has to stop."""
        ...


async def serve(
    inbox: AsyncIterator[int], converter: Converter, supervisor: Supervisor, grace: float
) -> list[int]:
    """Convert what comes in until asked to stop; return the uploads that are not finished."""
    unfinished: list[int] = []

    async def convert(upload: int) -> None:
        await converter.convert(upload)
        unfinished.remove(upload)

    async def accept() -> None:
        async for upload in inbox:
            unfinished.append(upload)
            group.start_soon(convert, upload)

    async with anyio.create_task_group() as group:
        group.start_soon(accept)
        await supervisor.asks_to_stop()
        group.cancel_scope.cancel()
    return unfinished


if __name__ == "__main__":  # `python exercise.py` plays it on the real clock.
    import example

    example.run()
