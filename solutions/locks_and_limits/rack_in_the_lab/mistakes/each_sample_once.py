"""Keeps the samples in a dictionary, where equal ones are one.

Caught by: never_too_many, nobody_waits_in_vain
"""

import anyio


class Rack:
    def __init__(self, room):
        self._room = room
        self._samples = {}
        self._changed = anyio.Condition()

    async def put(self, sample):
        async with self._changed:
            while len(self._samples) == self._room:
                await self._changed.wait()
            self._samples[sample] = None
            self._changed.notify_all()

    async def take(self):
        async with self._changed:
            while not self._samples:
                await self._changed.wait()
            sample = next(iter(self._samples))
            del self._samples[sample]
            self._changed.notify_all()
            return sample
