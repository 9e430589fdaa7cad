from typing import Protocol

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream


class Office(Protocol):
    async def write(self, number: int) -> str: ...  # takes 1 second
    async def stamp(self, letter: str) -> None: ...  # takes 2 seconds


async def stamper(office: Office, letters: MemoryObjectReceiveStream[str]) -> None:
    async for letter in letters:
        await office.stamp(letter)


async def post(office: Office) -> None:
    send, receive = anyio.create_memory_object_stream[str]()
    async with anyio.create_task_group() as group:
        group.start_soon(stamper, office, receive)
        async with send:
            for number in range(3):
                await send.send(await office.write(number))
