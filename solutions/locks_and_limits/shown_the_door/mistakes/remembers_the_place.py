"""Keeps the map of a place, though each call is to send a request of its own.

Caught by: never_too_many, never_too_late
"""

from collections import deque

import anyio


class Maps:
    def __init__(self, server, limit, seconds):
        self.server = server
        self.limit = limit
        self.seconds = seconds
        self.maps = {}
        self.sent = deque(maxlen=limit)
        self.turn = anyio.Lock()

    async def get(self, place):
        async with self.turn:
            if place in self.maps:
                return self.maps[place]
            if len(self.sent) == self.limit:
                await anyio.sleep_until(self.sent[0] + self.seconds)
            self.sent.append(anyio.current_time())
        self.maps[place] = await self.server.draw(place)
        return self.maps[place]
