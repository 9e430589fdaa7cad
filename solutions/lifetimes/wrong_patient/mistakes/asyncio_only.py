"""Uses asyncio's own lock and time limit.

Caught by: one_connection (trio), nobody_else_notices (trio), only_good_ones (trio)
"""

import asyncio


class Desk:
    def __init__(self, lab):
        self._lab = lab
        self._connection = None
        self._turn = asyncio.Lock()

    async def blood_group(self, patient, patience):
        async with asyncio.timeout(patience), self._turn:
            if self._connection is None:
                self._connection = await self._lab.connect()
            try:
                await self._connection.send(patient)
                return await self._connection.receive()
            except BaseException:
                self._connection.close()
                self._connection = None
                raise
