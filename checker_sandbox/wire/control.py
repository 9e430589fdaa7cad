"""The judge's commands to the fork server, over a control socket: one byte per command.

    LOAD    the lengths and the sources of a submission and of its driver follow: the next runs are
            runs of these
    RUN     starts a run, whose own socket comes with it, and what is its stderr; answered in kind
    DONE    ends it with all its children
    TRACE   lets it write where it is, then ends it; answered with its exit status
    AWAIT   as `TRACE`, but leaves it a moment to end by itself

One run at a time. The server says `RUN` once when it is ready, and ends when the judge hangs up.
"""

import socket
import struct
from typing import Final

import msgspec

LOAD: Final = b"L"
RUN: Final = b"R"
DONE: Final = b"D"
TRACE: Final = b"T"
AWAIT: Final = b"A"

CRASHED: Final = 70
"""The exit code of a process that an error of ours ended; its traceback is on stderr."""

UNFILTERED: Final = 71
"""The exit code of `checker_sandbox.probe` where system calls cannot be filtered; stderr says why."""

STATUS: Final = struct.Struct("!i")

_LENGTHS: Final = struct.Struct("!II")


class Options(msgspec.Struct, frozen=True):
    """How a server is started: the only word of its command line, as JSON."""

    control: int
    """The descriptor of its end of the control socket."""
    processor: int | None = None
    """The processor that it stays on, if it is to stay on one."""
    restricted: bool = False
    """Whether the kernel is to refuse its runs what leads out of them."""
    user: int | None = None
    """The user that it becomes, if it is to be another one."""
    jailed: bool = False
    """Whether what it finds around it is its own, to be tidied from one submission to the next."""


def encode_options(options: Options) -> str:
    return msgspec.json.encode(options).decode()


def decode_options(word: str) -> Options:
    return msgspec.json.decode(word, type=Options)


def send_load(control: socket.socket, exercise: bytes, driver: bytes) -> None:
    """Send `LOAD`, and what belongs to it."""
    control.sendall(LOAD + _LENGTHS.pack(len(exercise), len(driver)) + exercise + driver)


def receive_load(control: socket.socket) -> tuple[bytes, bytes]:
    """What follows `LOAD`: the sources of the submission and of its driver."""
    lengths = _LENGTHS.unpack(control.recv(_LENGTHS.size, socket.MSG_WAITALL))
    exercise, driver = (control.recv(n, socket.MSG_WAITALL) if n else b"" for n in lengths)
    return exercise, driver
