"""Wakes somebody only when the rack was empty, or full, before.

Caught by: nobody_waits_in_vain, cancelled_take
"""

from collections import deque

import anyio


class Rack:
    """Holds at most `room` samples."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._samples: deque[int] = deque()
        self._lock = anyio.Lock()
        self._not_full = anyio.Condition(self._lock)
        self._not_empty = anyio.Condition(self._lock)

    async def put(self, sample: int) -> None:
        """Put a sample in, as soon as there is room for it."""
        async with self._lock:
            while len(self._samples) == self._room:
                await self._not_full.wait()
            self._samples.append(sample)
            if len(self._samples) == 1:  # Before, nobody could take one.
                self._not_empty.notify()

    async def take(self) -> int:
        """Take a sample out, as soon as there is one, and return it."""
        async with self._lock:
            while not self._samples:
                await self._not_empty.wait()
            sample = self._samples.popleft()
            if len(self._samples) == self._room - 1:  # Before, nobody could put one in.
                self._not_full.notify()
            return sample
