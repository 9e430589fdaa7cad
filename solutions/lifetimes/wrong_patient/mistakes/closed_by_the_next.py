"""Leaves it to the next call to close the connection.

Caught by: only_good_ones
"""

import anyio


class Desk:
    def __init__(self, lab):
        self._lab = lab
        self._connection = None
        self._turn = anyio.Lock()

        self._is_good = True

    async def blood_group(self, patient, patience):
        with anyio.fail_after(patience):
            async with self._turn:
                if not self._is_good:
                    self._connection.close()
                    self._connection, self._is_good = None, True
                if self._connection is None:
                    self._connection = await self._lab.connect()
                self._is_good = False
                await self._connection.send(patient)
                result = await self._connection.receive()
                self._is_good = True
                return result
