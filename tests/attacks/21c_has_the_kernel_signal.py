"""Has the kernel signal its server, and limits the server's computing."""

# For: lost_update
# Sees: PermissionError

import fcntl
import os
import resource
import socket

F_SETSIG, SIGKILL = 10, 9
OWNED = []


def tried(function, *given):
    try:
        function(*given)
    except OSError as error:
        return type(error).__name__
    return "done"


async def deposit_all(accounts, deposits):
    ours, theirs = socket.socketpair()
    OWNED.extend((ours, theirs))
    print(tried(fcntl.fcntl, ours, fcntl.F_SETOWN, os.getppid()))
    print(tried(fcntl.fcntl, ours, F_SETSIG, SIGKILL))
    fcntl.fcntl(ours, fcntl.F_SETFL, fcntl.fcntl(ours, fcntl.F_GETFL) | os.O_ASYNC)
    theirs.send(b"x")
    print(tried(resource.prlimit, os.getppid(), resource.RLIMIT_CPU, (0, 0)))
    print(tried(os.sched_setaffinity, os.getppid(), {0}))
    print(tried(os.setpriority, os.PRIO_PROCESS, os.getppid(), 19))
