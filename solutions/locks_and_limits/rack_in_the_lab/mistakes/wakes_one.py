"""Looks again, and still wakes only one, which may be one that can do nothing.

Caught by: nobody_waits_in_vain, cancelled_take, cancelled_put
"""

from collections import deque

import anyio


class Rack:
    def __init__(self, room):
        self._room = room
        self._samples = deque()
        self._changed = anyio.Condition()

    async def put(self, sample):
        async with self._changed:
            while len(self._samples) == self._room:
                await self._changed.wait()
            self._samples.append(sample)
            self._changed.notify()

    async def take(self):
        async with self._changed:
            while not self._samples:
                await self._changed.wait()
            sample = self._samples.popleft()
            self._changed.notify()
            return sample
