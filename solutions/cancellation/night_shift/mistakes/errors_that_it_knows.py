"""Tries only the errors again that its author has thought of.

Caught by: tries_again, ends_when_told (sometimes), the_caller_hears (sometimes)
"""

import logging
import math
import anyio
import anyio.lowlevel
TRIES = 3
GRACE = 5
log = logging.getLogger(__name__)

async def insist(call, argument):
    for _ in range(TRIES):
        try:
            return await call(argument)
        except (OSError, ValueError, TypeError, LookupError, RuntimeError, EOFError):
            pass
    return None


async def move(old, new, numbers):
    receipts = []
    for number in numbers:
        record = await insist(old.read, number)
        receipts.append(None if record is None else await insist(new.write, record))
    return receipts
