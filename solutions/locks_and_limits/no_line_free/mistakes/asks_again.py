"""Asks once more on a new connection when the first one breaks.

Caught by: places_come_back, only_good_ones
"""

import anyio


class Pool:
    def __init__(self, server, size):
        self._server = server
        self._places = anyio.Semaphore(size)
        self._idle = []

    async def ask(self, question):
        async with self._places:
            for last_try in (False, True):
                connection = self._idle.pop() if self._idle else await self._server.connect()
                try:
                    answer = await connection.ask(question)
                except ValueError:
                    self._idle.append(connection)
                    raise
                except Exception:
                    connection.close()
                    if last_try:
                        raise
                except BaseException:
                    connection.close()
                    raise
                else:
                    self._idle.append(connection)
                    return answer
