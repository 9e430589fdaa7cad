"""Hands each upload on through a stream: one that is in hand when the door closes is lost.

Caught by: takes_uploads, goes_on_for_a_while, errors_come_out (sometimes), gives_way (sometimes)
"""

import anyio


async def serve(inbox, converter, supervisor, grace):
    unfinished = []
    send, receive = anyio.create_memory_object_stream()

    async def convert(upload):
        await converter.convert(upload)
        unfinished.remove(upload)

    async def accept():
        async for upload in inbox:
            await send.send(upload)

    async def hand_out():
        async for upload in receive:
            unfinished.append(upload)
            conversions.start_soon(convert, upload)

    async with anyio.create_task_group() as conversions:
        conversions.start_soon(hand_out)
        async with send, anyio.create_task_group() as door:
            door.start_soon(accept)
            await supervisor.asks_to_stop()
            door.cancel_scope.cancel()
        conversions.cancel_scope.deadline = anyio.current_time() + grace
    return unfinished
