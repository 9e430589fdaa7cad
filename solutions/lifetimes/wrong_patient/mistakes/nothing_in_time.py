"""Returns an empty result when its patience is at its end.

Caught by: nobody_else_notices, only_good_ones
"""

import anyio


class Desk:
    def __init__(self, lab):
        self._lab = lab
        self._connection = None
        self._turn = anyio.Lock()

    async def blood_group(self, patient, patience):
        result = ""
        with anyio.move_on_after(patience):
            async with self._turn:
                if self._connection is None:
                    self._connection = await self._lab.connect()
                try:
                    await self._connection.send(patient)
                    result = await self._connection.receive()
                except BaseException:
                    self._connection.close()
                    self._connection = None
                    raise
        return result
