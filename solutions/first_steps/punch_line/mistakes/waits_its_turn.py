"""Each task sends its line only when the translation of the line before is there.

Caught by: overlap
"""

import anyio


async def subtitles(translator, lines):
    translated = []
    turns = [anyio.Event() for _ in range(len(lines) + 1)]

    async def send(index, line):
        await turns[index].wait()
        translated.append(await translator.translate(line))
        turns[index + 1].set()

    async with anyio.create_task_group() as group:
        turns[0].set()
        for index, line in enumerate(lines):
            group.start_soon(send, index, line)
    return translated
