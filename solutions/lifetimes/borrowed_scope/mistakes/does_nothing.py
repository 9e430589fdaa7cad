"""Opens and closes nothing, and asks sessions that are not open.

Caught by: all_closed, errors_of_opening, nobody_waits
"""

import anyio


class Hub:
    def __init__(self, sessions):
        self.sessions = sessions
        self.stopping = anyio.Event()

    async def run(self):
        await self.stopping.wait()

    async def open(self, name):
        pass

    async def ask(self, name, question):
        return await self.sessions[name].ask(question)

    async def close(self, name):
        pass

    async def stop(self):
        self.stopping.set()
