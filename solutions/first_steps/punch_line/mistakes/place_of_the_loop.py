"""Each task reads the variable of the loop, which has come to its end by then.

Caught by: in_order, overlap
"""

import anyio


async def subtitles(translator, lines):
    translated = [""] * len(lines)

    async def send():
        translated[index] = await translator.translate(lines[index])

    async with anyio.create_task_group() as group:
        for index in range(len(lines)):
            group.start_soon(send)
    return translated
