"""The guard of a server: it ends when its judge does, and takes all that the server has started along.

A judge can be ended at any moment, in ways that leave it no time to tidy up, and a submission can leave
the session of its server, ignore signals and let its parents die. So between the two stands this
process, which runs nobody's code but this. It is the parent of the server, and becomes that of whatever
loses its own (Linux's `PR_SET_CHILD_SUBREAPER`), so nothing can slip away from below it. It holds one
end of a socket, the leash. When the judge lets go of the other end, however that comes about, or when
the server has ended, the guard kills everything below it until nothing is left, and ends.

A jail is a namespace of processes, which ends with the first of them: killing that one kills them all at
once. Without one, and on a system without subreapers, what has lost its parent before the end cannot be
found any more.

It is started as a script and imports nothing of the kit, so that it is there within milliseconds:

    python guard.py LEASH DESCRIPTORS COMMAND...

LEASH is the number of its end of the leash, DESCRIPTORS those that the command inherits, with commas.
"""

import contextlib
import os
import select
import signal
import sys
from typing import Final

PR_SET_CHILD_SUBREAPER: Final = 36
"""From Linux's `prctl.h`."""

PAUSE: Final = 0.01
"""Real seconds between two looks at what is left, once all that was found has been killed."""

_IGNORED: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> None:
    leash = int(sys.argv[1])
    inherited = [int(number) for number in sys.argv[2].split(",")]
    # Whoever ends the group of the judge's processes must not end this before its work is done.
    for each in _IGNORED:
        signal.signal(each, signal.SIG_IGN)
    os.set_inheritable(leash, False)
    ended, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    server = _start(sys.argv[3:])
    for number in inherited:
        os.close(number)
    if sys.platform == "linux":
        import ctypes  # While the server starts: it takes a while.

        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    while True:
        ready, _, _ = select.select([leash, ended], [], [])
        if leash in ready:
            break
        os.read(ended, 512)
        if _reap(server):
            break
    end_all()
    os._exit(0)


def _start(words: list[str]) -> int:
    """Fork the server. What it inherits is what this process has inherited."""
    pid = os.fork()
    if pid == 0:
        try:
            # What is ignored stays so in another program.
            for each in (*_IGNORED, signal.SIGPIPE, signal.SIGXFSZ):
                signal.signal(each, signal.SIG_DFL)
            os.setsid()
            os.execv(words[0], words)
        except OSError as error:
            os.write(2, f"{words[0]} cannot be started: {error.strerror}\n".encode())
        finally:
            os._exit(127)
    return pid


def end_all() -> None:
    """Kill all that is below this process, until nothing is left."""
    while not _reap_all():
        for pid in below(os.getpid()):
            # What may not be killed (it has become another user's) ends with its namespace.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        select.select([], [], [], PAUSE)


def below(top: int) -> list[int]:
    """The processes that this one has started, and those that they have, the eldest first."""
    children: dict[int, list[int]] = {}
    for pid, parent in _parents():
        children.setdefault(parent, []).append(pid)
    found = list(children.get(top, ()))
    for pid in found:  # It grows meanwhile.
        found += children.get(pid, ())
    return found


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def _parents() -> list[tuple[int, int]]:
    """All processes that run, each with its parent."""
    if sys.platform != "linux":
        import subprocess  # Here, since it takes a while.

        told = subprocess.run(["/bin/ps", "-axo", "pid=,ppid="], capture_output=True, text=True)
        pairs = [line.split() for line in told.stdout.splitlines()]
        return [(int(pair[0]), int(pair[1])) for pair in pairs if len(pair) == 2]
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            with contextlib.suppress(OSError):  # It has ended meanwhile.
                # Its name stands in parentheses, and may hold some itself.
                fields = _read(f"/proc/{name}/stat").rpartition(b")")[2].split()
                found.append((int(name), int(fields[1])))
    return found


def computed_below(top: int) -> float:
    """Processor seconds that this process has taken (on Linux), and all that are below it, with those of
    children that have ended."""
    ticks = 0
    for pid in (top, *_known_below(top)):
        with contextlib.suppress(OSError):
            fields = _read(f"/proc/{pid}/stat").rpartition(b")")[2].split()
            ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def _known_below(top: int) -> list[int]:
    """As `below`; where the kernel lists the children of a process, without looking at all others."""
    if not os.path.exists(f"/proc/{os.getpid()}/task/{os.getpid()}/children"):
        return below(top)
    found = [top]
    for pid in found:  # It grows meanwhile.
        with contextlib.suppress(OSError):
            for thread in os.listdir(f"/proc/{pid}/task"):
                found += map(int, _read(f"/proc/{pid}/task/{thread}/children").split())
    return found[1:]


def _reap(pid: int) -> bool:
    """Clear away what has ended, and say whether this child has."""
    while True:
        try:
            reaped, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return True
        if reaped == 0:
            return False
        if reaped == pid:
            return True


def _reap_all() -> bool:
    """Clear away what has ended, and say whether nothing is left."""
    while True:
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                return False
        except ChildProcessError:
            return True


if __name__ == "__main__":
    main()
