"""What a run in a jail may ask the kernel for: everything that Python needs, and nothing that reaches out.

Namespaces hide what is outside; this filter keeps a run to a single process that leaves nothing behind.
So its limits on memory and computing cover everything that it does, ending the process ends the whole
run, and the next run finds everything as if this one had never been. It may start threads. It may not
start processes; signal, limit or trace others; make namespaces in which it would be root; or hold memory
that belongs to no process. It may not ask what the kernel has of a file in memory, nor say what it is to
keep; watch files; or lock one whole: by each of these, runs could tell each other something through files
that all of them can read. It may use only those kinds of sockets that the jail's network namespace
confines (a virtual machine's `AF_VSOCK` is in none).

To check a filter and to translate it takes the kernel longer the longer it is. So there are two: a long
one for the fork server, which its runs inherit, of what neither needs; and a short one for each run, of
what the server needs to start and to end runs.
"""

import ctypes
import errno
import os
import platform
import struct
from collections.abc import Iterator, Sequence
from typing import Final

PR_SET_SECCOMP: Final = 22
SECCOMP_MODE_FILTER: Final = 2
CLONE_THREAD: Final = 0x10000
FAMILIES: Final = (1, 2, 10)
"""Of sockets: Unix, IPv4 and IPv6."""

REACHING_OUT: Final = {
    "fcntl": (5, 8, 10, 15, 36, 37, 38, 1024, 1026, 1036, 1038),
    "ioctl": (0x8901, 0x8902),
}
"""Commands of these calls by which the kernel would signal another process: `F_SETOWN`, `F_SETSIG` and
`F_SETOWN_EX`; `FIOSETOWN` and `SIOCSPGRP`. And those that write something on any file, for later runs to
read: `F_SET_RW_HINT` and `F_SET_FILE_RW_HINT`. And those that tell of others who use a file: `F_GETLK`,
`F_OFD_GETLK`, `F_OFD_SETLK` and `F_OFD_SETLKW`, `F_SETLEASE` and `F_NOTIFY`."""

_ALLOW: Final = 0x7FFF0000
_REFUSE: Final = 0x00050000 | errno.EPERM
_UNKNOWN: Final = 0x00050000 | errno.ENOSYS
_NO_FAMILY: Final = 0x00050000 | errno.EAFNOSUPPORT

# Offsets in the kernel's `struct seccomp_data`.
_NUMBER, _MACHINE, _FIRST, _SECOND = 0, 4, 16, 24

_LOAD, _EQUAL, _ANY_BIT, _AT_LEAST, _RETURN = 0x20, 0x15, 0x45, 0x35, 0x06

# Of each machine: what the kernel calls it, and the numbers of the calls that matter, by name.
_NEW: Final = {"pidfd_send_signal": 424, "io_uring_setup": 425, "io_uring_enter": 426,
               "io_uring_register": 427, "pidfd_open": 434, "clone3": 435, "pidfd_getfd": 438,
               "memfd_secret": 447, "cachestat": 451}  # fmt: skip
_MACHINES: Final = {
    "x86_64": (0xC000003E, _NEW | {
        "clone": 56, "fork": 57, "vfork": 58, "execve": 59, "execveat": 322, "socket": 41,
        "kill": 62, "tkill": 200, "tgkill": 234, "rt_sigqueueinfo": 129, "rt_tgsigqueueinfo": 297,
        "ptrace": 101, "process_vm_readv": 310, "process_vm_writev": 311, "kcmp": 312,
        "unshare": 272, "setns": 308, "mount": 165, "umount2": 166, "pivot_root": 155,
        "chroot": 161, "add_key": 248, "request_key": 249, "keyctl": 250, "bpf": 321,
        "perf_event_open": 298, "userfaultfd": 323, "memfd_create": 319,
        "shmget": 29, "semget": 64, "msgget": 68, "mq_open": 240,
        "prlimit64": 302, "fcntl": 72, "ioctl": 16, "setpriority": 141, "ioprio_set": 251,
        "sched_setparam": 142, "sched_setscheduler": 144, "sched_setaffinity": 203,
        "sched_setattr": 314, "fadvise64": 221, "mincore": 27, "preadv2": 327, "readahead": 187,
        "flock": 73, "inotify_init": 253, "inotify_init1": 294, "inotify_add_watch": 254,
        "fanotify_init": 300, "fanotify_mark": 301,
    }),
    "aarch64": (0xC00000B7, _NEW | {
        "clone": 220, "execve": 221, "execveat": 281, "socket": 198,
        "kill": 129, "tkill": 130, "tgkill": 131, "rt_sigqueueinfo": 138, "rt_tgsigqueueinfo": 240,
        "ptrace": 117, "process_vm_readv": 270, "process_vm_writev": 271, "kcmp": 272,
        "unshare": 97, "setns": 268, "mount": 40, "umount2": 39, "pivot_root": 41,
        "chroot": 51, "add_key": 217, "request_key": 218, "keyctl": 219, "bpf": 280,
        "perf_event_open": 241, "userfaultfd": 282, "memfd_create": 279,
        "shmget": 194, "semget": 190, "msgget": 186, "mq_open": 180,
        "prlimit64": 261, "fcntl": 25, "ioctl": 29, "setpriority": 140, "ioprio_set": 30,
        "sched_setparam": 118, "sched_setscheduler": 119, "sched_setaffinity": 122,
        "sched_setattr": 274, "fadvise64": 223, "mincore": 232, "preadv2": 286, "readahead": 213,
        "flock": 32, "inotify_init1": 26, "inotify_add_watch": 27,
        "fanotify_init": 262, "fanotify_mark": 263,
    }),
}  # fmt: skip


OF_A_RUN: Final = frozenset({"clone", "fork", "vfork", "kill", "tkill", "tgkill", "prlimit64"})
"""What is asked of a run alone: its server starts processes and ends them, and what a run may do depends
on the number of its process."""


class FilterError(Exception):
    """The kernel can be given no filter for system calls; the text says why."""


_libc = ctypes.CDLL(None, use_errno=True)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def restrict_server() -> None:
    """From here on, this process is refused what neither a server nor its runs need, and so are its forks.
    Raises `FilterError`."""
    machine, numbers = _machine()
    kept = {name: number for name, number in numbers.items() if name not in OF_A_RUN}
    _install(_instructions(machine, kept))


def restrict_run() -> None:
    """From here on, this process, its server's fork, is refused all that a run is, and so are its threads.
    Raises `FilterError`."""
    machine, numbers = _machine()
    kept = {name: number for name, number in numbers.items() if name in OF_A_RUN}
    _install(_instructions(machine, kept))


def _machine() -> tuple[int, dict[str, int]]:
    machine = platform.machine()
    if machine not in _MACHINES:
        raise FilterError(
            f"the filter for system calls knows the numbers of {' and '.join(_MACHINES)}, not those of "
            f"{machine}"
        )
    return _MACHINES[machine]


def _install(instructions: Iterator[bytes]) -> None:
    joined = b"".join(instructions)
    program = _Program(len(joined) // 8, joined)
    if _libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0) != 0:
        raise FilterError(
            f"the kernel takes no filter for system calls: {os.strerror(ctypes.get_errno())}"
        )


def _instructions(machine: int, numbers: dict[str, int]) -> Iterator[bytes]:
    me = os.getpid()
    yield _do(_LOAD, _MACHINE)
    yield _do(_EQUAL, machine, 1, 0)
    yield _do(_RETURN, _REFUSE)
    yield _do(_LOAD, _NUMBER)
    yield _do(_AT_LEAST, 0x4000_0000, 0, 1)  # The same calls by other numbers, on x86-64.
    yield _do(_RETURN, _UNKNOWN)
    for name, number in numbers.items():
        body = [_do(_RETURN, _REFUSE)]
        if (
            name == "clone3"
        ):  # Its flags are in memory, out of reach; the C library then asks `clone`.
            body = [_do(_RETURN, _UNKNOWN)]
        elif name == "clone":
            body = [_do(_LOAD, _FIRST), _do(_ANY_BIT, CLONE_THREAD, 1, 0),
                    _do(_RETURN, _REFUSE), _do(_RETURN, _ALLOW)]  # fmt: skip
        elif name in ("kill", "tgkill"):
            body = [_do(_LOAD, _FIRST), _do(_EQUAL, me, 1, 0),
                    _do(_RETURN, _REFUSE), _do(_RETURN, _ALLOW)]  # fmt: skip
        elif name == "prlimit64":
            body = _if_one_of((0, me), _FIRST, _ALLOW, _REFUSE)
        elif name in REACHING_OUT:
            body = _if_one_of(REACHING_OUT[name], _SECOND, _REFUSE, _ALLOW)
        elif name == "socket":
            body = _if_one_of(FAMILIES, _FIRST, _ALLOW, _NO_FAMILY)
        yield _do(_EQUAL, number, 0, len(body))
        yield from body
    yield _do(_RETURN, _ALLOW)


def _if_one_of(values: Sequence[int], where: int, then: int, otherwise: int) -> list[bytes]:
    """Answer `then` if what stands there is one of `values`."""
    last = len(values) - 1
    tests = [_do(_EQUAL, value, last - i + 1, 0) for i, value in enumerate(values)]
    return [_do(_LOAD, where), *tests, _do(_RETURN, otherwise), _do(_RETURN, then)]


def _do(code: int, value: int, if_so: int = 0, if_not: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_so, if_not, value)
