"""Reading what a stranger wrote in a process that may use only so much.

Archives, source code and names can be made so that to read them takes hours, or all memory, however
careful the reader is: the parsers are Python's own, and their authors did not have an enemy in mind. So
whoever collects a cohort does not read them itself. It asks a child, forked for this, whose memory the
kernel limits, and whose processor seconds it counts for each thing that is asked. A child that meets a
limit ends. That is the answer to what it was asked, and another child answers what comes next.

The child trusts nothing that it reads, and its parent nothing that it says: an answer is a typed message
of limited size. Where root collects, the child can be nobody, who owns nothing; a file to be read is then
opened by the parent.
"""

import codecs
import contextlib
import math
import os
import pwd
import resource
import select
import signal
import socket
import struct
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any, Final, Generic, Self, TypeVar

import msgspec

from checker.judge.pool import die_with

SECONDS: Final = 3.0
"""Processor seconds that one answer may take, unless somebody says otherwise. Most take a thousandth."""

SLOWER: Final = 20
"""How much longer it may take by the clock, on a machine that has others to serve."""

MEMORY: Final = 512 << 20
"""Bytes that the child may take beside what its parent had."""

MAX_ANSWER: Final = 16 << 20

_FAILED: Final = 70
_NO_MEMORY: Final = 71
_NOBODY: Final = 65_534
_LENGTH: Final = struct.Struct("!I")

_Asked = TypeVar("_Asked")
_Answer = TypeVar("_Answer")


class Unreadable(Exception):
    """It takes too much to read, or nobody can; the text says why."""


class Limited(Generic[_Asked, _Answer]):
    """Somebody who does `work` on what they are asked, in a process of their own. A context manager.

    `work` gets what is asked, and the descriptor of the file that came with it, if one did. What it
    returns is of the type `kind`.
    """

    def __init__(
        self,
        work: Callable[[_Asked, int | None], _Answer],
        asked: Any,
        kind: Any,
        *,
        unprivileged: bool = False,
    ) -> None:
        self._work = work
        self._asked: msgspec.msgpack.Decoder[tuple[float, _Asked]] = msgspec.msgpack.Decoder(
            tuple[float, asked]
        )
        self._answers: msgspec.msgpack.Decoder[tuple[float, _Answer]] = msgspec.msgpack.Decoder(
            tuple[float, kind]
        )
        self._unprivileged = unprivileged
        self._link: socket.socket | None = None
        self._pid = 0
        self.spent = 0.0
        """The processor seconds that the last answer took."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """End the child, if there is one."""
        if self._link is not None:
            self._link.close()
            self._end()

    def ask(self, what: _Asked, file: int | None = None, seconds: float = SECONDS) -> _Answer:
        """The answer, for which a child may take so many processor seconds. Raises `Unreadable`."""
        self.spent = seconds
        if self._link is None:
            self._start()
        assert self._link is not None
        self._link.settimeout(seconds * SLOWER + SLOWER)
        payload = msgspec.msgpack.encode((seconds, what))
        try:
            files = [] if file is None else [file]
            socket.send_fds(self._link, [_LENGTH.pack(len(payload))], files)
            self._link.sendall(payload)
            (size,) = _LENGTH.unpack(_take(self._link, _LENGTH.size))
            if size > MAX_ANSWER:
                raise Unreadable("it holds too much")
            self.spent, answer = self._answers.decode(_take(self._link, size))
        except (OSError, struct.error, msgspec.MsgspecError, Unreadable) as error:
            self._link.close()
            raise self._reason(error, seconds) from None
        return answer

    def _reason(self, error: Exception, seconds: float) -> Unreadable:
        """Why there is no answer."""
        if isinstance(error, Unreadable):
            self._end()
            return error
        if isinstance(error, TimeoutError):
            self._end()
            return Unreadable(f"to read it takes more than {seconds:g} s")
        status = self._end(kill=False)
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU:
            return Unreadable(f"to read it takes more than {seconds:g} s")
        if os.WIFEXITED(status) and os.WEXITSTATUS(status) == _NO_MEMORY:
            return Unreadable(f"to read it takes more than {MEMORY >> 20} MiB")
        return Unreadable("whoever reads it ends")

    def _start(self) -> None:
        parent = os.getpid()
        self._link, theirs = socket.socketpair()
        with warnings.catch_warnings():
            # The child uses nothing that a thread of this process could hold.
            warnings.simplefilter("ignore", DeprecationWarning)
            self._pid = os.fork()
        if self._pid == 0:
            code = _FAILED
            try:
                self._link.close()
                signal.signal(signal.SIGINT, signal.SIG_IGN)  # Its parent hears that, and ends it.
                _limit_memory()
                if self._unprivileged and os.geteuid() == 0:
                    _become_nobody()
                die_with(parent)  # At the end: whoever becomes another user forgets it.
                self._serve(theirs)
                code = 0
            except MemoryError:
                code = _NO_MEMORY
            finally:
                os._exit(code)
        theirs.close()

    def _serve(self, link: socket.socket) -> None:
        while True:
            head, files, _, _ = socket.recv_fds(link, _LENGTH.size, 1)
            if not head:
                return
            (size,) = _LENGTH.unpack(head)
            seconds, what = self._asked.decode(_take(link, size))
            began = time.process_time()
            _limit_computing(began + seconds)
            answer = self._work(what, files[0] if files else None)
            for file in files:
                with contextlib.suppress(OSError):  # Whoever read it may have closed it.
                    os.close(file)
            payload = msgspec.msgpack.encode((time.process_time() - began, answer))
            link.sendall(_LENGTH.pack(len(payload)))
            if len(payload) <= MAX_ANSWER:
                link.sendall(payload)

    def _end(self, *, kill: bool = True) -> int:
        """End the child. Returns its status."""
        self._link = None
        if not kill:  # It ends by itself; unless it does not.
            for _ in range(100):
                pid, status = os.waitpid(self._pid, os.WNOHANG)
                if pid:
                    return status
                select.select([], [], [], 0.01)
        os.kill(self._pid, signal.SIGKILL)
        return os.waitpid(self._pid, 0)[1]


def _take(link: socket.socket, size: int) -> bytes:
    taken = bytearray()
    while len(taken) < size:
        part = link.recv(min(size - len(taken), 1 << 16))
        if not part:
            raise ConnectionResetError
        taken += part
    return bytes(taken)


def _limit_memory() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # It writes nothing.
    if sys.platform == "linux":
        with open("/proc/self/statm") as statm:
            most = int(statm.read().split()[0]) * resource.getpagesize() + MEMORY
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        if hard != resource.RLIM_INFINITY:
            most = min(most, hard)
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _limit_computing(until: float) -> None:
    """Let the kernel end this process when it has computed so many seconds in all, and then some."""
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = math.ceil(until)
    if hard != resource.RLIM_INFINITY:
        soft = min(soft, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def _become_nobody() -> None:
    """Be a user who owns nothing, for good."""
    # What is imported on the way may be root's alone to read: for `die_with`, and for names in a zip.
    import ctypes  # noqa: F401

    codecs.lookup("cp437")
    try:
        known = pwd.getpwnam("nobody")
        user, group = known.pw_uid, known.pw_gid
    except KeyError:
        user = group = _NOBODY
    os.setgroups([])
    os.setresgid(group, group, group)
    os.setresuid(user, user, user)
