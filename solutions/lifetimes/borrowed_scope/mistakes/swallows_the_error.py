"""Catches the RuntimeError, so that nobody hears of it; the sessions stay open.

Caught by: all_closed, answers_come_back, errors_of_opening, nobody_waits
"""

from contextlib import AsyncExitStack, suppress

import anyio


class Hub:
    def __init__(self, sessions):
        self.sessions = sessions
        self.stacks = {}
        self.stopping = anyio.Event()

    async def run(self):
        await self.stopping.wait()
        for name in list(self.stacks):
            await self.close(name)

    async def open(self, name):
        stack = AsyncExitStack()
        with suppress(RuntimeError):
            await stack.enter_async_context(self.sessions[name])
        self.stacks[name] = stack

    async def ask(self, name, question):
        return await self.sessions[name].ask(question)

    async def close(self, name):
        with suppress(RuntimeError):
            await self.stacks.pop(name).aclose()

    async def stop(self):
        self.stopping.set()
