"""Looks when the next may be sent, and sleeps: all who look meanwhile see the same, and go together.

Caught by: never_too_many
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
        if len(self.sent) == self.limit:
            await anyio.sleep_until(self.sent[0] + self.seconds)
        self.sent.append(anyio.current_time())
        return await self.server.draw(place)
