"""Two semaphores count: one the free places, and the other one the samples."""

from collections import deque

import anyio


class Rack:
    """Holds at most `room` samples."""

    def __init__(self, room: int) -> None:
        self._samples: deque[int] = deque()
        self._places = anyio.Semaphore(room)
        self._filled = anyio.Semaphore(0)

    async def put(self, sample: int) -> None:
        await self._places.acquire()
        self._samples.append(sample)
        self._filled.release()

    async def take(self) -> int:
        await self._filled.acquire()
        sample = self._samples.popleft()
        self._places.release()
        return sample
