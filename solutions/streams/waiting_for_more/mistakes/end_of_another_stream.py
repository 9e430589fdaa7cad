"""Takes an error of the logbook for the end of its own stream.

Caught by: errors_come_out
"""

import math
import logging
import anyio
import anyio.lowlevel
log = logging.getLogger(__name__)

async def listen(lorry, heard):
    async with heard:
        while True:
            try:
                degrees = await lorry.temperature()
            except ConnectionError:
                return
            if degrees is None:
                return
            await heard.send(degrees)


async def write(logbook, heard, degrees):
    try:
        while True:
            d = await heard.receive()
            await logbook.write(d)
            degrees.append(d)
    except (anyio.EndOfStream, anyio.ClosedResourceError):
        return


async def record_journey(lorry, logbook):
    degrees = []
    send, receive = anyio.create_memory_object_stream[int](math.inf)
    async with anyio.create_task_group() as group:
        group.start_soon(listen, lorry, send)
        group.start_soon(write, logbook, receive, degrees)
    receive.close()
    return max(degrees, default=None)
