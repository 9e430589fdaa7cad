"""Waits a minute and a half, and returns what is there by then.

Caught by: in_order (sometimes), overlap
"""

import anyio


async def subtitles(translator, lines):
    translated = [""] * len(lines)

    async def send(index, line):
        translated[index] = await translator.translate(line)

    async with anyio.create_task_group() as group:
        for index, line in enumerate(lines):
            group.start_soon(send, index, line)
        await anyio.sleep(90)
        group.cancel_scope.cancel()
    return translated
