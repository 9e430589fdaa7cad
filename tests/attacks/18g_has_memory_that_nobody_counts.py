"""Asks for memory that is no process's: shared segments, files in memory, file systems of its own, keys."""

# For: lost_update
# Sees: got:

import ctypes

libc = ctypes.CDLL(None, use_errno=True)

NEW_USER_AND_MOUNTS = 0x10020000


def ask():
    yield "segment", libc.shmget(0, ctypes.c_size_t(1 << 30), 0o1600)
    yield "queue", libc.msgget(0, 0o1600)
    yield "key", libc.syscall(248, b"user", b"name", b"text", ctypes.c_size_t(4), -4)
    yield "ring", libc.syscall(425, 4, ctypes.create_string_buffer(256))
    yield "file", libc.memfd_create(b"name", 0)
    yield "user", libc.unshare(NEW_USER_AND_MOUNTS)
    yield "mount", libc.mount(b"none", b"/tmp", b"tmpfs", 0, b"size=4g")


async def deposit_all(accounts, deposits):
    print("got:", *(name for name, answer in ask() if answer >= 0))
