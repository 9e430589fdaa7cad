"""A memory object stream is such a rack."""

import anyio


class Rack:
    """Holds at most `room` samples."""

    def __init__(self, room: int) -> None:
        self._inlet, self._outlet = anyio.create_memory_object_stream[int](room)

    async def put(self, sample: int) -> None:
        await self._inlet.send(sample)

    async def take(self) -> int:
        return await self._outlet.receive()
