"""Holds the event loop while it waits: no other reading is sent meanwhile, and nobody can cancel it.

Caught by: waits_grow, gives_way, tries_again (sometimes), other_errors_come_out (sometimes)
"""

import time


async def send(office, reading, tries, pause, longest):
    for number in range(1, tries + 1):
        try:
            return await office.post(reading)
        except (ConnectionError, TimeoutError):
            if number == tries:
                raise
        time.sleep(min(pause * 2 ** (number - 1), longest))
