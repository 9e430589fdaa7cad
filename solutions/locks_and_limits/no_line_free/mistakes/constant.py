"""Returns the empty answer at once, and asks nobody.

Caught by: all_share, places_come_back, only_good_ones
"""

class Pool:
    def __init__(self, server, size):
        pass

    async def ask(self, question):
        return ""
