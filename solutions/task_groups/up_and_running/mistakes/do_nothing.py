"""Starts nothing and tests nothing.

Caught by: no_sooner, no_later, read_on, heard
"""

async def try_out(programs, suite):
    return 0
