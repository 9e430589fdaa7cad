"""Receives what earlier calls have left before it sends its own request.

Caught by: nobody_else_notices (sometimes), only_good_ones
"""

import anyio


class Desk:
    def __init__(self, lab):
        self._lab = lab
        self._connection = None
        self._turn = anyio.Lock()

        self._left = 0

    async def blood_group(self, patient, patience):
        with anyio.fail_after(patience):
            async with self._turn:
                if self._connection is None:
                    self._connection = await self._lab.connect()
                while self._left:
                    await self._connection.receive()
                    self._left -= 1
                self._left += 1
                await self._connection.send(patient)
                result = await self._connection.receive()
                self._left -= 1
                return result
