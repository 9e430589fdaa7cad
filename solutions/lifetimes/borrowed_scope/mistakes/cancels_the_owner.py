"""Closes a session by cancelling the task that owns it, which then cannot wait for the end.

Caught by: all_closed, nobody_waits
"""

import anyio


class Hub:
    def __init__(self, sessions):
        self.sessions = sessions
        self.lines = {}
        self.stopping = anyio.Event()

    async def run(self):
        async with anyio.create_task_group() as self.group:
            await self.stopping.wait()
            self.group.cancel_scope.cancel()

    async def open(self, name):
        await self.group.start(self.own, name)

    async def own(self, name, *, task_status):
        closed = anyio.Event()
        try:
            with anyio.CancelScope() as scope:
                async with self.sessions[name]:
                    self.lines[name] = scope, closed
                    task_status.started()
                    await anyio.sleep_forever()
        finally:
            closed.set()

    async def ask(self, name, question):
        return await self.sessions[name].ask(question)

    async def close(self, name):
        scope, closed = self.lines.pop(name)
        scope.cancel()
        await closed.wait()

    async def stop(self):
        self.stopping.set()
