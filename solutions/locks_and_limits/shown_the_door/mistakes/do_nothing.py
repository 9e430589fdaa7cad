"""Sends nothing at all.

Caught by: never_too_many, never_too_late, each_to_his_own
"""


class Maps:
    def __init__(self, server, limit, seconds):
        pass

    async def get(self, place):
        return ""
