"""Robots and analysers wait in different places, and each wakes one of the others."""

from collections import deque

import anyio


class Rack:
    """Holds at most `room` samples."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._samples: deque[int] = deque()
        self._lock = anyio.Lock()
        self._has_room = anyio.Condition(self._lock)
        self._has_samples = anyio.Condition(self._lock)

    async def put(self, sample: int) -> None:
        async with self._lock:
            await self._has_room.wait_for(lambda: len(self._samples) < self._room)
            self._samples.append(sample)
            self._has_samples.notify()

    async def take(self) -> int:
        async with self._lock:
            await self._has_samples.wait_for(lambda: len(self._samples) > 0)
            sample = self._samples.popleft()
            self._has_room.notify()
            return sample
