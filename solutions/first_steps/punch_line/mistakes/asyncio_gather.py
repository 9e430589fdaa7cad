"""Gathers with asyncio, which trio knows nothing of.

Caught by: in_order (trio), overlap (trio)
"""

import asyncio


async def subtitles(translator, lines):
    return list(await asyncio.gather(*(translator.translate(line) for line in lines)))
