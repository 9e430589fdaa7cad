"""The fetch is a task of asyncio's, which everybody awaits behind a shield: on trio there is no such thing.

Caught by: one_fetch (trio), no_idle_wait (trio), shared_errors (trio), safe_departures (trio)
"""

import asyncio


class Cache:
    def __init__(self, origin):
        self.origin = origin
        self.tasks = {}

    async def get(self, town):
        if town not in self.tasks:
            task = self.tasks[town] = asyncio.create_task(self.origin.fetch(town))
            task.add_done_callback(lambda done: self.forget(town, done))
        return await asyncio.shield(self.tasks[town])

    def forget(self, town, done):
        if done.cancelled() or done.exception() is not None:
            del self.tasks[town]
