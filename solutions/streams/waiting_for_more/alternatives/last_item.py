"""The last item says that it is the last one: `None`, sent on both ways out."""

import math
from typing import Protocol

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream


class Lorry(Protocol):
    async def temperature(self) -> int | None: ...


class Logbook(Protocol):
    async def write(self, degrees: int) -> None: ...


async def write_down(logbook: Logbook, heard: MemoryObjectReceiveStream[int | None]) -> None:
    while (degrees := await heard.receive()) is not None:
        await logbook.write(degrees)


async def record_journey(lorry: Lorry, logbook: Logbook) -> int | None:
    highest: int | None = None
    send, receive = anyio.create_memory_object_stream[int | None](math.inf)
    with send, receive:
        async with anyio.create_task_group() as group:
            group.start_soon(write_down, logbook, receive)
            is_on_the_road = True
            while is_on_the_road:
                try:
                    degrees = await lorry.temperature()
                except ConnectionError:
                    degrees = None
                if degrees is None:
                    is_on_the_road = False
                elif highest is None or degrees > highest:
                    highest = degrees
                await send.send(degrees)
    return highest
