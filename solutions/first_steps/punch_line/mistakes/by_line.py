"""Keeps the translations in a dictionary by line, so that of two equal lines one loses its own.

Caught by: in_order, overlap
"""

import anyio


async def subtitles(translator, lines):
    translated = {}

    async def send(line):
        translated[line] = await translator.translate(line)

    async with anyio.create_task_group() as group:
        for line in lines:
            group.start_soon(send, line)
    return [translated[line] for line in lines]
