"""Fills and bends the file that says where a run was, so that whoever reads it fails, and ends."""

# For: lost_update
# Sees: has not let the event loop run since 0 s

import ctypes
import fcntl
import os
import signal

libc = ctypes.CDLL(None, use_errno=True)


async def deposit_all(accounts, deposits):
    os.write(2, b'File "exercise.py", line 999999999\n' * 1000 + bytes(range(256)))
    fcntl.fcntl(2, fcntl.F_SETFL, os.O_DIRECT | os.O_NONBLOCK)
    os.lseek(2, 1 << 40, os.SEEK_SET)
    libc.fallocate(2, 0, ctypes.c_long(0), ctypes.c_long(1 << 20))
    os.kill(os.getpid(), signal.SIGXCPU)
