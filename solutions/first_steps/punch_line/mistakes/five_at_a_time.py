"""Sends no more than five lines at a time, which nobody asked for.

Caught by: overlap
"""

import anyio


async def subtitles(translator, lines):
    translated = [""] * len(lines)
    limit = anyio.Semaphore(5)

    async def send(index, line):
        async with limit:
            translated[index] = await translator.translate(line)

    async with anyio.create_task_group() as group:
        for index, line in enumerate(lines):
            group.start_soon(send, index, line)
    return translated
