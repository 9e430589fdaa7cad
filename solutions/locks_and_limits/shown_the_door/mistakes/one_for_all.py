"""Keeps the times in the class, so that all guides share one limit.

Caught by: never_too_many (sometimes), never_too_late
"""

import anyio


class Maps:
    sent = []
    turn = None

    def __init__(self, server, limit, seconds):
        self.server = server
        self.limit = limit
        self.seconds = seconds
        Maps.turn = Maps.turn or anyio.Lock()

    async def get(self, place):
        async with self.turn:
            if len(self.sent) >= self.limit:
                await anyio.sleep_until(self.sent[-self.limit] + self.seconds)
            self.sent.append(anyio.current_time())
        return await self.server.draw(place)
