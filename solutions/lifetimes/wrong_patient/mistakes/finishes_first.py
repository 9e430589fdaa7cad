"""Lets nothing break off a request, so that its result is always taken.

Caught by: nobody_else_notices, only_good_ones
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
                with anyio.CancelScope(shield=True):
                    if self._connection is None:
                        self._connection = await self._lab.connect()
                    try:
                        await self._connection.send(patient)
                        return await self._connection.receive()
                    except BaseException:
                        self._connection.close()
                        self._connection = None
                        raise
