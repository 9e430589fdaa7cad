"""Returns at once: nobody listens to the lorry.

Caught by: it_returns, both_at_once, errors_come_out
"""


async def record_journey(lorry, logbook):
    return None
