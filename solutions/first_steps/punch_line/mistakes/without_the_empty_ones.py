"""Takes a place that is still empty for one that has no translation yet, and leaves it out.

Caught by: in_order, overlap
"""

import anyio


async def subtitles(translator, lines):
    translated = [""] * len(lines)

    async def send(index, line):
        translated[index] = await translator.translate(line)

    async with anyio.create_task_group() as group:
        for index, line in enumerate(lines):
            group.start_soon(send, index, line)
    return [text for text in translated if text]
