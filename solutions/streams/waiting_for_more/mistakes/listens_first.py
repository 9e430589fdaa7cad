"""Listens to the whole journey, and writes it down when the lorry has arrived.

Caught by: both_at_once
"""


async def record_journey(lorry, logbook):
    heard = []
    try:
        while (degrees := await lorry.temperature()) is not None:
            heard.append(degrees)
    except ConnectionError:
        pass
    for degrees in heard:
        await logbook.write(degrees)
    return max(heard, default=None)
