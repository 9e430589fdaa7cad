"""Opens a connection for each call, so that nothing can be left on it.

Caught by: one_connection, only_good_ones
"""

import anyio


class Desk:
    def __init__(self, lab):
        self._lab = lab
        self._turn = anyio.Lock()

    async def blood_group(self, patient, patience):
        with anyio.fail_after(patience):
            async with self._turn:
                connection = await self._lab.connect()
                try:
                    await connection.send(patient)
                    return await connection.receive()
                finally:
                    connection.close()
