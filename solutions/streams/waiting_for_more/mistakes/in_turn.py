"""Needs no stream: it calls the lorry again when a temperature has been written.

Caught by: both_at_once
"""


async def record_journey(lorry, logbook):
    highest = None
    while True:
        try:
            degrees = await lorry.temperature()
        except ConnectionError:
            return highest
        if degrees is None:
            return highest
        await logbook.write(degrees)
        highest = degrees if highest is None else max(highest, degrees)
