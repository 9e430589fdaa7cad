"""Each task takes the next place when it begins to run: asyncio begins them in order, trio does not.

Caught by: in_order (trio), overlap (trio)
"""

import anyio


async def subtitles(translator, lines):
    translated = []

    async def send(line):
        place = len(translated)
        translated.append("")
        translated[place] = await translator.translate(line)

    async with anyio.create_task_group() as group:
        for line in lines:
            group.start_soon(send, line)
    return translated
