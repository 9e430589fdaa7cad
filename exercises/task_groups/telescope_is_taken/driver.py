"""What astronomers do with telescopes, and what goes on beside them."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Protocol

from exercise import Telescope, booked


class Astronomer(Protocol):
    async def look(self, numbers: list[int]) -> str: ...
    async def archive(self, picture: str) -> str: ...


class Sky(Protocol):
    async def dawn(self) -> None: ...


async def observe(telescopes: Sequence[Telescope], every: float, astronomer: Astronomer) -> str:
    """Work with some telescopes, one block inside the other, and go on when they are no longer needed."""
    async with AsyncExitStack() as stack:
        numbers = [
            await stack.enter_async_context(booked(telescope, every)) for telescope in telescopes
        ]
        picture = await astronomer.look(numbers)
    return await astronomer.archive(picture)


async def sleep_until_dawn(sky: Sky) -> None:
    """Do nothing, while the event loop runs on."""
    await sky.dawn()
