"""Catches the base of both errors, which is also that of a missing permission and of a full disk.

Caught by: other_errors_come_out
"""

import anyio


async def send(office, reading, tries, pause, longest):
    for number in range(1, tries + 1):
        try:
            return await office.post(reading)
        except OSError:
            if number == tries:
                raise
        await anyio.sleep(min(pause * 2 ** (number - 1), longest))
