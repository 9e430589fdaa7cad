"""Sends nothing at all.

Caught by: never_too_many, never_too_late
"""


class Maps:
    def __init__(self, server, limit, seconds):
        pass

    async def get(self, place):
        return ""
