"""Hands a sample to the analyser that waits the longest, even if that has gone.

Caught by: never_too_many, nobody_waits_in_vain, cancelled_take
"""

from collections import deque

import anyio


class Rack:
    def __init__(self, room):
        self._samples = deque()
        self._places = anyio.Semaphore(room)
        self._analysers = deque()

    async def put(self, sample):
        await self._places.acquire()
        if self._analysers:
            event, hand = self._analysers.popleft()
            hand.append(sample)
            event.set()
        else:
            self._samples.append(sample)

    async def take(self):
        if self._samples:
            sample = self._samples.popleft()
        else:
            event, hand = anyio.Event(), []
            self._analysers.append((event, hand))
            await event.wait()
            sample = hand[0]
        self._places.release()
        return sample
