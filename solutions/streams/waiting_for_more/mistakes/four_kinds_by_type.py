"""Knows some kinds of errors by their very type, and none of their subclasses.

Caught by: it_returns, both_at_once (sometimes), errors_come_out (sometimes)
"""

import math
import anyio

RADIO = {ConnectionError, ConnectionResetError, ConnectionRefusedError, ConnectionAbortedError}


async def listen(lorry, heard):
    async with heard:
        while True:
            try:
                degrees = await lorry.temperature()
            except Exception as error:
                if type(error) not in RADIO:
                    raise
                return
            if degrees is None:
                return
            await heard.send(degrees)


async def record_journey(lorry, logbook):
    highest = None
    send, receive = anyio.create_memory_object_stream[int](math.inf)
    async with anyio.create_task_group() as group, receive:
        group.start_soon(listen, lorry, send)
        async for degrees in receive:
            await logbook.write(degrees)
            if highest is None or degrees > highest:
                highest = degrees
    return highest
