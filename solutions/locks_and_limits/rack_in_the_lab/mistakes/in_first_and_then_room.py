"""Puts the sample in, and then waits for room.

Caught by: never_too_many, nobody_waits_in_vain, cancelled_take, cancelled_put
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
            self._samples.append(sample)
            self._changed.notify_all()
            while len(self._samples) > self._room:
                await self._changed.wait()

    async def take(self):
        async with self._changed:
            while not self._samples:
                await self._changed.wait()
            sample = self._samples.popleft()
            self._changed.notify_all()
            return sample
