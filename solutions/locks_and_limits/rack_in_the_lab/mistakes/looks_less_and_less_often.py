"""No condition: looks again and again, and waits twice as long each time.

Caught by: never_too_many, nobody_waits_in_vain, cancelled_take, cancelled_put
"""

from collections import deque

import anyio


class Rack:
    def __init__(self, room):
        self._room = room
        self._samples = deque()

    async def put(self, sample):
        pause = 0.1
        while len(self._samples) >= self._room:
            await anyio.sleep(pause)
            pause *= 2
        self._samples.append(sample)

    async def take(self):
        pause = 0.1
        while not self._samples:
            await anyio.sleep(pause)
            pause *= 2
        return self._samples.popleft()
