"""How well this machine can isolate submissions: every attack that matters, tried in a sandbox.

Every probe is a small submission that tries something, and says how far it got.
"""

import os
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from checker.judge.case import Case
from checker.judge.explain import CheckFailed
from checker.judge.jail import Jail
from checker.judge.launch import Program, Sandbox, SandboxError
from checker.judge.setting import Setting


@dataclass(frozen=True)
class Finding:
    """The result of one attack."""

    attack: str
    stopped: bool
    how: str
    """By what it was stopped, or how far it got and what would stop it."""


@dataclass(frozen=True)
class _Probe:
    attack: str
    source: str
    """`main(folder, port)` returns what it got, and nothing if it got nowhere. `folder` is one of the
    instructor's, `port` one that is listened at."""
    by: str
    cure: str


_USE_A_JAIL: Final = "sweep in a jail, which needs bubblewrap"
_LIMITS: Final = "the kernel gives this user no limits; see `ulimit -a`"

_PROBES: Final = (
    _Probe(
        "reads files of the instructor",
        """
import os

async def main(folder, port):
    try:
        return os.listdir(folder) or "an empty folder"
    except OSError:
        return None
""",
        "only the interpreter and the sandbox are there",
        _USE_A_JAIL,
    ),
    _Probe(
        "leaves files outside",
        """
async def main(folder, port):
    try:
        with open(folder + "/left-behind", "w") as file:
            file.write("here")
        return folder
    except OSError:
        return None
""",
        "all that it sees is read-only, but for a small /tmp of its own",
        _USE_A_JAIL,
    ),
    _Probe(
        "looks at other processes",
        """
import os

async def main(folder, port):
    others = [pid for pid in os.listdir("/proc") if pid.isdigit()] if os.path.isdir("/proc") else []
    return f"{len(others)} processes" if len(others) > 8 else None
""",
        "it has process numbers of its own",
        _USE_A_JAIL,
    ),
    _Probe(
        "calls somebody over the network",
        """
import socket

async def main(folder, port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return "a connection"
    except OSError:
        return None
""",
        "it has a network of its own, with nobody else in it",
        _USE_A_JAIL,
    ),
    _Probe(
        "reads the environment",
        """
import os

async def main(folder, port):
    known = {"PYTHONHASHSEED", "MALLOC_ARENA_MAX", "LC_ALL", "LC_CTYPE", "PWD", "SHLVL"}
    return sorted(set(os.environ) - known) or None
""",
        "the environment is empty",
        _USE_A_JAIL,
    ),
    _Probe(
        "runs as root",
        """
import os

async def main(folder, port):
    return "user 0" if os.getuid() == 0 else None
""",
        "it runs as a user that owns nothing",
        "run the checker as a user other than root, or " + _USE_A_JAIL,
    ),
    _Probe(
        "forks without end",
        """
import ctypes

async def main(folder, port):
    libc = ctypes.CDLL(None)
    for count in range(1000):
        pid = libc.fork()
        if pid == 0:
            libc.pause()
        if pid < 0:
            return None
    return f"{count + 1} processes"
""",
        "a limit on processes",
        _USE_A_JAIL + ", as a user other than root",
    ),
    _Probe(
        "takes all memory",
        """
async def main(folder, port):
    try:
        taken = bytearray(3 << 30)
    except MemoryError:
        return None
    return f"{len(taken) >> 30} GiB"
""",
        "a limit on memory",
        _LIMITS + "; macOS has none",
    ),
    _Probe(
        "never ends",
        """
async def main(folder, port):
    while True:
        pass
""",
        "a limit on computing time",
        _LIMITS,
    ),
)


def examine(jail: Jail | None) -> Iterator[Finding]:
    """Try every attack, in `jail` or, without one, in a plain process."""
    with (
        tempfile.TemporaryDirectory() as folder,
        socket.create_server(("127.0.0.1", 0)) as listener,
    ):
        Path(folder, "solution.txt").write_text("42", encoding="utf-8")
        os.chmod(folder, 0o777)  # Only the jail should be what stops it.
        port = listener.getsockname()[1]
        for probe in _PROBES:
            yield _try(probe, jail, folder, port)


def _try(probe: _Probe, jail: Jail | None, folder: str, port: int) -> Finding:
    program = Program(probe.source.encode())
    with Sandbox(None, jail) as sandbox:
        try:
            run = (
                Case(Setting(sandbox, program, "asyncio"), "doctor")
                .world()
                .run("main", folder, port)
            )
            got = run.value
        except CheckFailed:
            got = None  # It was ended.
        except SandboxError as error:
            return Finding(probe.attack, False, f"it could not be tried: {error}")
    if got is None:
        return Finding(probe.attack, True, probe.by)
    return Finding(probe.attack, False, f"it got {got}; {probe.cure}")
