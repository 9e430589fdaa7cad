"""One task owns all sessions: it leaves them in another order than the reverse, and does one thing at a time.

Caught by: all_closed, answers_come_back, errors_of_opening, nobody_waits
"""

import math

import anyio


class Hub:
    def __init__(self, sessions):
        self.sessions = sessions
        self.is_open = []
        self.send, self.receive = anyio.create_memory_object_stream(math.inf)

    async def run(self):
        async for what, name, done in self.receive:
            try:
                if what == "open":
                    await self.sessions[name].__aenter__()
                    self.is_open.append(name)
                else:
                    self.is_open.remove(name)
                    await self.sessions[name].__aexit__(None, None, None)
            except ConnectionError as error:
                done.append(error)
            done[0].set()
        for name in reversed(self.is_open):
            await self.sessions[name].__aexit__(None, None, None)

    async def _wish(self, what, name):
        done = [anyio.Event()]
        await self.send.send((what, name, done))
        await done[0].wait()
        for error in done[1:]:
            raise error

    async def open(self, name):
        await self._wish("open", name)

    async def ask(self, name, question):
        return await self.sessions[name].ask(question)

    async def close(self, name):
        await self._wish("close", name)

    async def stop(self):
        self.send.close()
