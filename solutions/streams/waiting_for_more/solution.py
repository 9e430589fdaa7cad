"""Write down what a refrigerated lorry says on its way."""

from typing import Protocol

import anyio
from anyio.streams.memory import MemoryObjectSendStream


class Lorry(Protocol):
    async def temperature(self) -> int | None: ...


class Logbook(Protocol):
    async def write(self, degrees: int) -> None: ...


async def listen(lorry: Lorry, heard: MemoryObjectSendStream[int]) -> None:
    with heard:
        while True:
            try:
                degrees = await lorry.temperature()
            except ConnectionError:
                return  # The radio has failed.
            if degrees is None:
                return  # The lorry has arrived.
            await heard.send(degrees)


async def record_journey(lorry: Lorry, logbook: Logbook) -> int | None:
    """Return the highest temperature of the journey, when all of them are in the logbook."""
    highest: int | None = None
    send, receive = anyio.create_memory_object_stream[int]()
    async with anyio.create_task_group() as group:
        group.start_soon(listen, lorry, send)
        async for degrees in receive:
            await logbook.write(degrees)
            if highest is None or degrees > highest:
                highest = degrees
    return highest
