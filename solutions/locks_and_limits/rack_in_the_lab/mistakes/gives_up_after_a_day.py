"""Waits for a day at the most, and goes on all the same.

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
                with anyio.move_on_after(86_400) as day:
                    await self._changed.wait()
                if day.cancelled_caught:
                    raise TimeoutError("nothing happens any more")
            self._samples.append(sample)
            self._changed.notify_all()

    async def take(self):
        async with self._changed:
            while not self._samples:
                with anyio.move_on_after(86_400) as day:
                    await self._changed.wait()
                if day.cancelled_caught:
                    raise TimeoutError("nothing happens any more")
            sample = self._samples.popleft()
            self._changed.notify_all()
            return sample
