"""No lock: nobody else runs between the look and the change. Each change has an event of its own."""

import anyio


class Rack:
    """Holds at most `room` samples."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._samples: list[int] = []
        self._next_change = anyio.Event()

    def _has_changed(self) -> None:
        self._next_change.set()
        self._next_change = anyio.Event()

    async def put(self, sample: int) -> None:
        while len(self._samples) >= self._room:
            await self._next_change.wait()
        self._samples.append(sample)
        self._has_changed()

    async def take(self) -> int:
        while not self._samples:
            await self._next_change.wait()
        sample = self._samples.pop(0)
        self._has_changed()
        return sample
