"""Both ends have a task, and a `finally` closes the stream; the result is that of a task."""

from typing import Protocol

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream


class Lorry(Protocol):
    async def temperature(self) -> int | None: ...


class Logbook(Protocol):
    async def write(self, degrees: int) -> None: ...


async def listen(lorry: Lorry, heard: MemoryObjectSendStream[int]) -> None:
    try:
        while (degrees := await lorry.temperature()) is not None:
            await heard.send(degrees)
    except ConnectionError:
        pass  # The radio has failed.
    finally:
        heard.close()


async def write_down(logbook: Logbook, heard: MemoryObjectReceiveStream[int]) -> int | None:
    written = []
    async for degrees in heard:
        await logbook.write(degrees)
        written.append(degrees)
    return max(written, default=None)


async def record_journey(lorry: Lorry, logbook: Logbook) -> int | None:
    send, receive = anyio.create_memory_object_stream[int]()
    async with receive, anyio.create_task_group() as group:
        group.start_soon(listen, lorry, send)
        writing = group.start_soon(write_down, logbook, receive)
    return writing.return_value
