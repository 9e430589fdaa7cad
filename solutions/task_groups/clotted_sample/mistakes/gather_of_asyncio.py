"""Uses asyncio.gather, which raises the first exception alone, cancels nobody, and is of no use on trio.

Caught by: one_alone (trio), several_in_a_group, at_once
"""

import asyncio

import anyio


async def keep_awake(machine):
    while True:
        await anyio.sleep(60)
        await machine.ping()


async def examine(machine, sample, substances):
    awake = asyncio.ensure_future(keep_awake(machine))
    measuring = asyncio.gather(*(machine.measure(sample, each) for each in substances))
    try:
        done, _ = await asyncio.wait({awake, measuring}, return_when=asyncio.FIRST_COMPLETED)
        if awake in done:
            await awake
        return dict(zip(substances, await measuring, strict=True))
    finally:
        awake.cancel()
        measuring.cancel()
