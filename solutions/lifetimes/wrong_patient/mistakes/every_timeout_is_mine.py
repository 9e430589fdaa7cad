"""Raises an error of its own for each TimeoutError, also for one of the lab.

Caught by: nobody_else_notices, only_good_ones
"""

import anyio


class Desk:
    def __init__(self, lab):
        self._lab = lab
        self._connection = None
        self._turn = anyio.Lock()

    async def blood_group(self, patient, patience):
        try:
            with anyio.fail_after(patience):
                async with self._turn:
                    if self._connection is None:
                        self._connection = await self._lab.connect()
                    try:
                        await self._connection.send(patient)
                        return await self._connection.receive()
                    except BaseException:
                        self._connection.close()
                        self._connection = None
                        raise
        except TimeoutError:
            raise TimeoutError(f"no result for {patient} in {patience:g} s") from None
