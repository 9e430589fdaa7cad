"""Takes the answer "" for a broken connection, and closes it.

Caught by: all_share, only_good_ones (sometimes)
"""

import anyio


class Pool:
    def __init__(self, server, size):
        self._server = server
        self._places = anyio.Semaphore(size)
        self._idle = []

    async def ask(self, question):
        async with self._places:
            if self._idle:
                connection = self._idle.pop()
            else:
                connection = await self._server.connect()
            answer, misunderstood = ('', False)
            try:
                answer = await connection.ask(question)
                return answer
            except ValueError:
                misunderstood = True
                raise
            finally:
                if answer or misunderstood:
                    self._idle.append(connection)
                else:
                    connection.close()
