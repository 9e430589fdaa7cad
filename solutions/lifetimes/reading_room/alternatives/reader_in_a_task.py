"""A task has the box, and hands out its letters through a stream, one when it is asked for."""

from collections.abc import Sequence
from typing import Protocol

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream


class Archive(Protocol):
    async def fetch(self, box: int) -> None: ...
    async def take(self, box: int) -> str | None: ...
    async def give_back(self, box: int) -> None: ...


class Expert(Protocol):
    async def wants(self, letter: str) -> bool: ...


async def read(
    archive: Archive,
    box: int,
    wishes: MemoryObjectReceiveStream[None],
    letters: MemoryObjectSendStream[str],
) -> None:
    async with wishes, letters:
        await archive.fetch(box)
        try:
            async for _ in wishes:
                letter = await archive.take(box)
                if letter is None:
                    break
                await letters.send(letter)
        finally:
            with anyio.CancelScope(shield=True):
                await archive.give_back(box)


async def first_wanted(archive: Archive, expert: Expert, box: int) -> str | None:
    wish, wishes = anyio.create_memory_object_stream[None](1)
    send, letters = anyio.create_memory_object_stream[str]()
    wanted = None
    async with anyio.create_task_group() as group, letters, wish:
        group.start_soon(read, archive, box, wishes, send)
        wish.send_nowait(None)
        async for letter in letters:
            if await expert.wants(letter):
                wanted = letter
                break
            wish.send_nowait(None)
    return wanted


async def first_letters(archive: Archive, expert: Expert, boxes: Sequence[int]) -> list[str | None]:
    return [await first_wanted(archive, expert, box) for box in boxes]
