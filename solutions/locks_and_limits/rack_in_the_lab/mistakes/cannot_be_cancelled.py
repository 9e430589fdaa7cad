"""Shields the wait.

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
            while len(self._samples) == self._room:
                with anyio.CancelScope(shield=True):
                    await self._changed.wait()
            self._samples.append(sample)
            self._changed.notify_all()

    async def take(self):
        async with self._changed:
            while not self._samples:
                with anyio.CancelScope(shield=True):
                    await self._changed.wait()
            sample = self._samples.popleft()
            self._changed.notify_all()
            return sample
