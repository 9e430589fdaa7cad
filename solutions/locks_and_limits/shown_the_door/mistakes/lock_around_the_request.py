"""Holds the lock until the map is there, so that each request waits for the map before it.

Caught by: never_too_late
"""

from collections import deque

import anyio


class Maps:
    def __init__(self, server, limit, seconds):
        self.server = server
        self.limit = limit
        self.seconds = seconds
        self.sent = deque(maxlen=limit)
        self.turn = anyio.Lock()

    async def get(self, place):
        async with self.turn:
            if len(self.sent) == self.limit:
                await anyio.sleep_until(self.sent[0] + self.seconds)
            self.sent.append(anyio.current_time())
            return await self.server.draw(place)
