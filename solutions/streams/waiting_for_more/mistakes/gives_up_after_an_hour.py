"""Takes a lorry that has been silent for an hour for one that has arrived.

Caught by: it_returns, both_at_once, errors_come_out (sometimes)
"""

import anyio


async def listen(lorry, heard):
    while True:
        try:
            degrees = await lorry.temperature()
        except ConnectionError:
            return
        if degrees is None:
            return
        await heard.send(degrees)


async def record_journey(lorry, logbook):
    written = []
    send, receive = anyio.create_memory_object_stream()
    async with anyio.create_task_group() as group:
        group.start_soon(listen, lorry, send)
        while True:
            try:
                with anyio.fail_after(3600):
                    degrees = await receive.receive()
            except TimeoutError:
                break
            await logbook.write(degrees)
            written.append(degrees)
        group.cancel_scope.cancel()
    return max(written, default=None)
