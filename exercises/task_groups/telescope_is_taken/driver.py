"""What astronomers do with telescopes, and what goes on beside them."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Protocol

from exercise import booked


class Telescope(Protocol):
    async def book(self) -> int: ...
    async def renew(self, number: int) -> None: ...


class Astronomer(Protocol):
    async def look(self, numbers: list[int]) -> str: ...
    async def archive(self, picture: str) -> str: ...


class Sky(Protocol):
    async def dawn(self) -> None: ...


async def observe(
    telescopes: Sequence[Telescope], every: float, astronomer: Astronomer
) -> str | None:
    """Work with some telescopes, one block inside the other, and go on when nobody needs them any more."""
    picture = None
    async with AsyncExitStack() as blocks:
        numbers = [
            await blocks.enter_async_context(booked(telescope, every)) for telescope in telescopes
        ]
        picture = await astronomer.look(numbers)
    # Without a checkpoint: whoever swallows a cancellation is not saved by another one.
    return None if picture is None else await astronomer.archive(picture)


async def sleep_until_dawn(sky: Sky) -> None:
    """Sleep, while the event loop runs on."""
    await sky.dawn()
