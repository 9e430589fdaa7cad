"""Asks asyncio's event loop what time it is, and trio has none.

Caught by: never_too_many (trio), never_too_late (trio)
"""

import asyncio
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
        clock = asyncio.get_running_loop()
        async with self.turn:
            if len(self.sent) == self.limit:
                await anyio.sleep(max(0, self.sent[0] + self.seconds - clock.time()))
            self.sent.append(clock.time())
        return await self.server.draw(place)
