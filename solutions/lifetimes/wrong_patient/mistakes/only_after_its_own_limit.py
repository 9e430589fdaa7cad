"""Drops the connection after its own time limit, and not after a cancellation or an error.

Caught by: nobody_else_notices, only_good_ones
"""

import anyio


class Desk:
    def __init__(self, lab):
        self._lab = lab
        self._connection = None
        self._turn = anyio.Lock()

    async def blood_group(self, patient, patience):
        with anyio.fail_after(patience) as limit:
            async with self._turn:
                if self._connection is None:
                    self._connection = await self._lab.connect()
                try:
                    await self._connection.send(patient)
                    return await self._connection.receive()
                finally:
                    if limit.cancel_called:
                        self._connection.close()
                        self._connection = None
