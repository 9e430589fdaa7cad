"""Two conditions with a lock each: the others are told in a second block, which a cancelled call never enters.

Caught by: cancelled_take, cancelled_put
"""

from collections import deque

import anyio


class Rack:
    """Holds at most `room` samples."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._samples: deque[int] = deque()
        self._not_full = anyio.Condition()
        self._not_empty = anyio.Condition()

    async def put(self, sample: int) -> None:
        """Put a sample in, as soon as there is room for it."""
        async with self._not_full:
            while len(self._samples) == self._room:
                await self._not_full.wait()
            self._samples.append(sample)
        async with self._not_empty:
            self._not_empty.notify()

    async def take(self) -> int:
        """Take a sample out, as soon as there is one, and return it."""
        async with self._not_empty:
            while not self._samples:
                await self._not_empty.wait()
            sample = self._samples.popleft()
        async with self._not_full:
            self._not_full.notify()
        return sample
