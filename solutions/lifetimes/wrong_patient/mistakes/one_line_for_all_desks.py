"""Keeps the connection in the class, and so for all labs.

Caught by: one_connection, nobody_else_notices, only_good_ones
"""

import anyio


class Desk:
    _connection = None

    def __init__(self, lab):
        self._lab = lab
        self._turn = anyio.Lock()

    async def blood_group(self, patient, patience):
        with anyio.fail_after(patience):
            async with self._turn:
                if Desk._connection is None:
                    Desk._connection = await self._lab.connect()
                try:
                    await Desk._connection.send(patient)
                    return await Desk._connection.receive()
                except BaseException:
                    Desk._connection.close()
                    Desk._connection = None
                    raise
