"""Has room for one answer, and more may come at the same instant.

Caught by: first_answer
"""

import anyio


async def water_level(mirrors, gauge):
    if not mirrors:
        raise ValueError("there is no mirror to ask")
    levels = []
    errors = []
    send, receive = anyio.create_memory_object_stream(1)  # One answer is enough.

    async def ask(mirror, answers):
        with answers:
            try:
                level = await mirror.read(gauge)
            except Exception as error:
                errors.append(error)
            else:
                answers.send_nowait(level)

    with send, receive:
        async with anyio.create_task_group() as group:
            for mirror in mirrors:
                group.start_soon(ask, mirror, send.clone())
            send.close()
            async for level in receive:
                levels.append(level)
                group.cancel_scope.cancel()
                break
    if levels:
        return levels[0]
    raise ExceptionGroup("no mirror has answered", errors)
