"""Asks one mirror after the other, so that it need not cancel anything.

Caught by: first_answer, all_errors
"""


async def water_level(mirrors, gauge):
    errors = []
    for mirror in mirrors:
        try:
            return await mirror.read(gauge)
        except Exception as error:
            errors.append(error)
    raise ExceptionGroup("no mirror has an answer", errors)
