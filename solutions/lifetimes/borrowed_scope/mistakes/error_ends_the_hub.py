"""Starts the owner with `start_soon`: a session that cannot be opened cancels all the others, and `open` waits.

Caught by: all_closed, answers_come_back, errors_of_opening, nobody_waits
"""

import anyio


class Line:
    def __init__(self):
        self.opened, self.closing, self.closed = anyio.Event(), anyio.Event(), anyio.Event()


class Hub:
    def __init__(self, sessions):
        self.sessions = sessions
        self.lines = {}
        self.stopping = anyio.Event()

    async def run(self):
        async with anyio.create_task_group() as self.group:
            await self.stopping.wait()
            for line in self.lines.values():
                line.closing.set()

    async def open(self, name):
        line = self.lines[name] = Line()
        self.group.start_soon(self.own, name, line)
        await line.opened.wait()

    async def own(self, name, line):
        async with self.sessions[name]:
            line.opened.set()
            await line.closing.wait()
        line.closed.set()

    async def ask(self, name, question):
        return await self.sessions[name].ask(question)

    async def close(self, name):
        line = self.lines.pop(name)
        line.closing.set()
        await line.closed.wait()

    async def stop(self):
        self.stopping.set()
