"""Counts a request from the moment at which its map is there, and so only if it comes.

Caught by: never_too_many, never_too_late
"""

from collections import deque

import anyio


class Maps:
    def __init__(self, server, limit, seconds):
        self.server = server
        self.limit = limit
        self.seconds = seconds
        self.done = deque(maxlen=limit)
        self.permits = anyio.Semaphore(limit)

    async def get(self, place):
        async with self.permits:
            if len(self.done) == self.limit:
                await anyio.sleep_until(self.done[0] + self.seconds)
            map_ = await self.server.draw(place)
            self.done.append(anyio.current_time())
        return map_
