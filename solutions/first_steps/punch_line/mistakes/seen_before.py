"""Keeps translations for later scenes, and sends a line again only if it has not seen it.

Caught by: in_order, overlap
"""

import anyio


known = {}


async def subtitles(translator, lines):
    translated = [""] * len(lines)

    async def send(index, line):
        translated[index] = await translator.translate(line)
        known.setdefault((translator, line), []).append(translated[index])

    async with anyio.create_task_group() as group:
        for index, line in enumerate(lines):
            if known.get((translator, line)):
                translated[index] = known[translator, line].pop()
            else:
                group.start_soon(send, index, line)
    return translated
