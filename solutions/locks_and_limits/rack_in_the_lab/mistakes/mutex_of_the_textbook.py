"""The third semaphore of the textbook: a call that is cancelled between the two keeps its place for ever.

Caught by: cancelled_take, cancelled_put (trio)
"""

from collections import deque

import anyio


class Rack:
    """Holds at most `room` samples."""

    def __init__(self, room: int) -> None:
        self._samples: deque[int] = deque()
        self._free = anyio.Semaphore(room)
        self._filled = anyio.Semaphore(0)
        self._mutex = anyio.Lock()

    async def put(self, sample: int) -> None:
        """Put a sample in, as soon as there is room for it."""
        await self._free.acquire()
        async with self._mutex:
            self._samples.append(sample)
        self._filled.release()

    async def take(self) -> int:
        """Take a sample out, as soon as there is one, and return it."""
        await self._filled.acquire()
        async with self._mutex:
            sample = self._samples.popleft()
        self._free.release()
        return sample
