"""The right answer, with a condition that works on asyncio alone.

Caught by: never_too_many (trio), nobody_waits_in_vain (trio), cancelled_take (trio), cancelled_put (trio)
"""

import asyncio
from collections import deque


class Rack:
    def __init__(self, room):
        self._room = room
        self._samples = deque()
        self._changed = asyncio.Condition()

    async def put(self, sample):
        async with self._changed:
            while len(self._samples) == self._room:
                await self._changed.wait()
            self._samples.append(sample)
            self._changed.notify_all()

    async def take(self):
        async with self._changed:
            while not self._samples:
                await self._changed.wait()
            sample = self._samples.popleft()
            self._changed.notify_all()
            return sample
