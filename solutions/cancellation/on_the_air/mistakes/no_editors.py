"""Reads the report as it comes.

Caught by: in_time, time_is_over, ends_at_once
"""


async def bulletin(wire, editors, seconds):
    return await wire.report()
