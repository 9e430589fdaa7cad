"""Calls `__aenter__` and `__aexit__` by hand, in whatever task comes along: the stack was not the trouble.

Caught by: all_closed, answers_come_back, errors_of_opening, nobody_waits
"""

import anyio


class Hub:
    def __init__(self, sessions):
        self.sessions = sessions
        self.is_open = []
        self.stopping = anyio.Event()

    async def run(self):
        await self.stopping.wait()
        for name in self.is_open:
            await self.sessions[name].__aexit__(None, None, None)

    async def open(self, name):
        await self.sessions[name].__aenter__()
        self.is_open.append(name)

    async def ask(self, name, question):
        return await self.sessions[name].ask(question)

    async def close(self, name):
        self.is_open.remove(name)
        await self.sessions[name].__aexit__(None, None, None)

    async def stop(self):
        self.stopping.set()
