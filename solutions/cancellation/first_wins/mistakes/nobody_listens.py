"""Takes a mirror's `BrokenResourceError` for that of its own stream.

Caught by: all_errors
"""

import anyio


async def water_level(mirrors, gauge):
    if not mirrors:
        raise ValueError("there is no mirror to ask")
    levels = []
    errors = []
    send, receive = anyio.create_memory_object_stream()

    async def ask(mirror, answers):
        with answers:
            try:
                await answers.send(await mirror.read(gauge))
            except anyio.BrokenResourceError:
                pass  # Another mirror was quicker, and nobody is listening any more.
            except Exception as error:
                errors.append(error)

    async with anyio.create_task_group() as group:
        with send, receive:
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
