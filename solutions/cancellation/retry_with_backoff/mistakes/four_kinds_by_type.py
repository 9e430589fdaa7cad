"""Knows four kinds of errors by their very type, and none of their subclasses.

Caught by: tries_again, waits_grow (sometimes), other_errors_come_out (sometimes)
"""

import math
import logging
import anyio
import anyio.lowlevel
log = logging.getLogger(__name__)

AGAIN = {ConnectionError, TimeoutError, ConnectionResetError, ConnectionRefusedError}


async def send(office, reading, tries, pause, longest):
    for attempt in range(tries):
        try:
            return await office.post(reading)
        except Exception as error:
            if type(error) not in AGAIN or attempt == tries - 1:
                raise
        await anyio.sleep(min(pause * 2**attempt, longest))
