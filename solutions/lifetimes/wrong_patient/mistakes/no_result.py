"""Takes an empty result for none.

Caught by: one_connection, only_good_ones (sometimes)
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
                result = None
                try:
                    await self._connection.send(patient)
                    result = await self._connection.receive()
                finally:
                    if not result:
                        self._connection.close()
                        self._connection = None
                return result
