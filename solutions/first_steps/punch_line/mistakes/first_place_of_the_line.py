"""Looks up the place of each line in the list, and finds the first that is equal.

Caught by: in_order, overlap
"""

import anyio


async def subtitles(translator, lines):
    translated = [""] * len(lines)

    async def send(line):
        translated[lines.index(line)] = await translator.translate(line)

    async with anyio.create_task_group() as group:
        for line in lines:
            group.start_soon(send, line)
    return translated
