"""Waits for an event with the lock in its hands, which the others need.

Caught by: never_too_many, nobody_waits_in_vain, cancelled_take, cancelled_put
"""

from collections import deque

import anyio


class Rack:
    def __init__(self, room):
        self._room = room
        self._samples = deque()
        self._lock = anyio.Lock()
        self._changed = anyio.Event()

    async def put(self, sample):
        async with self._lock:
            while len(self._samples) == self._room:
                self._changed = anyio.Event()
                await self._changed.wait()
            self._samples.append(sample)
            self._changed.set()

    async def take(self):
        async with self._lock:
            while not self._samples:
                self._changed = anyio.Event()
                await self._changed.wait()
            sample = self._samples.popleft()
            self._changed.set()
            return sample
