"""Forgets the connection without closing it.

Caught by: only_good_ones
"""

import anyio


class Desk:
    def __init__(self, lab):
        self._lab = lab
        self._connection = None
        self._turn = anyio.Lock()

    async def blood_group(self, patient, patience):
        with anyio.fail_after(patience):
            async with self._turn:
                if self._connection is None:
                    self._connection = await self._lab.connect()
                connection, self._connection = self._connection, None
                await connection.send(patient)
                result = await connection.receive()
                self._connection = connection
                return result
