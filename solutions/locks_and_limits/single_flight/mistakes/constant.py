"""Returns the same text for every town, and fetches nothing.

Caught by: one_fetch, no_idle_wait, shared_errors, safe_departures
"""


class Cache:
    def __init__(self, origin):
        self.origin = origin

    async def get(self, town):
        return "rain"
