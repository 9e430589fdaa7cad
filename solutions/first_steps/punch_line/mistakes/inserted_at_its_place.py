"""Inserts each translation at its place, in a list that is too short for it.

Caught by: in_order, overlap
"""

import anyio


async def subtitles(translator, lines):
    translated = []

    async def send(index, line):
        translated.insert(index, await translator.translate(line))

    async with anyio.create_task_group() as group:
        for index, line in enumerate(lines):
            group.start_soon(send, index, line)
    return translated
