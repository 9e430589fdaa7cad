"""A queue of places, most of them empty at first: a call that gets an empty one connects while a connection lies idle.

Caught by: all_share, only_good_ones (sometimes)
"""

import anyio


class Pool:
    def __init__(self, server, size):
        self._server = server
        self._put, self._get = anyio.create_memory_object_stream(size)
        for _ in range(size):
            self._put.send_nowait(None)

    async def ask(self, question):
        connection = await self._get.receive()
        try:
            if connection is None:
                connection = await self._server.connect()
            try:
                return await connection.ask(question)
            except ValueError:
                raise
            except BaseException:
                connection.close()
                connection = None
                raise
        finally:
            self._put.send_nowait(connection)
