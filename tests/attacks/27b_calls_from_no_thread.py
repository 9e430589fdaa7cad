"""Makes blocking calls in the name of a worker thread that was never started."""

# For: blocking_client
# Sees: came from thread 99

import anyio


def kernel_of(service):
    method = type(service).read
    (stubs,) = [c.cell_contents for c in method.__closure__ if hasattr(c.cell_contents, "kernel")]
    return stubs.kernel


async def read_letters(storage, reader, numbers):
    kernel = kernel_of(reader)
    kind = kernel._send_call.__func__.__globals__["Thread"]

    async def one(number):
        scan = await storage.fetch(number)
        thread = kind(99, "worker", kernel.tasks.current(), None)
        pending = kernel._send_call(reader._number, "read", (scan,), {}, thread)
        while not hasattr(pending, "reply"):
            await anyio.sleep(0.5)
        await storage.save(number, pending.result())

    async with anyio.create_task_group() as group:
        for number in numbers:
            group.start_soon(one, number)
