"""Looks three times in every stretch whether a request may be sent.

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

    async def get(self, place):
        while len(self.sent) == self.limit and anyio.current_time() < self.sent[0] + self.seconds:
            await anyio.sleep(self.seconds / 3)
        self.sent.append(anyio.current_time())
        return await self.server.draw(place)
