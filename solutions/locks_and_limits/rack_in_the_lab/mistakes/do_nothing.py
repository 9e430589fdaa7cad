"""Puts nothing in, and takes nothing out.

Caught by: never_too_many, nobody_waits_in_vain, cancelled_take, cancelled_put
"""




class Rack:
    def __init__(self, room):
        pass

    async def put(self, sample):
        pass

    async def take(self):
        return 0
