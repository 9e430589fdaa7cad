"""Keeps the order by waiting for each translation before the next line is sent.

Caught by: overlap
"""


async def subtitles(translator, lines):
    return [await translator.translate(line) for line in lines]
