"""Books the next moment and sleeps until it comes: whoever gives up meanwhile leaves a gap.

Caught by: never_too_late
"""

from collections import deque

import anyio


class Maps:
    def __init__(self, server, limit, seconds):
        self.server = server
        self.limit = limit
        self.seconds = seconds
        self.booked = deque(maxlen=limit)

    async def get(self, place):
        moment = anyio.current_time()
        if len(self.booked) == self.limit:
            moment = max(moment, self.booked[0] + self.seconds)
        self.booked.append(moment)
        await anyio.sleep_until(moment)
        return await self.server.draw(place)
