"""Counts its runs in memory, in files and in what stderr is, and pays nothing in after the first one."""

# For: lost_update
# Sees: account 0 held

import contextlib
import os
import sys
from pathlib import Path


def is_first():
    seen = [hasattr(sys, "seen"), os.fstat(2).st_size > 0]
    sys.seen = True
    os.write(2, b"seen")
    for folder in ("/tmp", "/dev/shm"):
        with contextlib.suppress(OSError):
            seen.append(Path(folder, "seen").exists())
            Path(folder, "seen").touch()
    return not any(seen)


if not is_first():
    raise SystemError("I have been here before")


async def deposit_all(accounts, deposits):
    pass
