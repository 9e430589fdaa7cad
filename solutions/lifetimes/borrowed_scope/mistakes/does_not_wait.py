"""Starts the owner and asks it to leave, but waits for neither.

Caught by: all_closed, answers_come_back, errors_of_opening, nobody_waits
"""

import anyio


class Hub:
    def __init__(self, sessions):
        self.sessions = sessions
        self.closing = {}
        self.stopping = anyio.Event()

    async def run(self):
        async with anyio.create_task_group() as self.group:
            await self.stopping.wait()
            for closing in self.closing.values():
                closing.set()

    async def open(self, name):
        self.closing[name] = anyio.Event()
        self.group.start_soon(self.own, name, self.closing[name])

    async def own(self, name, closing):
        try:
            async with self.sessions[name]:
                await closing.wait()
        except ConnectionError:
            pass

    async def ask(self, name, question):
        return await self.sessions[name].ask(question)

    async def close(self, name):
        self.closing.pop(name).set()

    async def stop(self):
        self.stopping.set()
