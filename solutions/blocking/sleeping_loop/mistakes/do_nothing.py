"""Returns at once, with cold ovens.

Caught by: heart_beats_on, ovens_heat_together, each_oven_in_its_time, heart_stops
"""


async def heat_all(watchdog, ovens):
    return None
