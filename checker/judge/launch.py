"""Processes to run submissions in: a fork server, started once, and a fork of it for each run.

The judge speaks with a run over a socket of its own, made for it, and with the server over another:
see `checker_sandbox/wire/control.py`.
"""

import contextlib
import fcntl
import os
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any, Final, Self

from checker.judge import guard
from checker.judge.jail import ENVIRONMENT, PYTHON, Jail, OtherUser
from checker_sandbox.wire.control import (
    AWAIT,
    CRASHED,
    DONE,
    RUN,
    STATUS,
    TRACE,
    Options,
    encode_options,
    send_load,
)
from checker_sandbox.wire.link import Link
from checker_sandbox.wire.messages import FromSandbox

WARM_UP_SECONDS: Final = 60.0
"""Real seconds that a machine may take to start the server."""

ANSWER_SECONDS: Final = 5.0
"""Real seconds that the server may take to answer."""

START_SECONDS: Final = 30.0
"""Real seconds that the server may take to begin a run, for which it may have to compile it first."""

MAX_LINES: Final = 20
MAX_TRACE: Final = 1 << 16


class SandboxError(Exception):
    """The sandbox cannot be started, or died: the machine's doing, never a submission's."""


@dataclass(frozen=True)
class Program:
    """What a sandbox runs: a submission, and the author's driver for it, if there is any."""

    source: bytes
    driver: bytes = b""


class ProcessEnd:
    """How the process of a run ended, and where it was."""

    def __init__(self, status: int, trace: str) -> None:
        self.signal = os.WTERMSIG(status) if os.WIFSIGNALED(status) else None
        self.code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else None
        self.crash = trace.strip() if self.code == CRASHED else ""
        """The traceback of an error of ours, if that is what ended it."""
        self.lines = [
            int(line) for line in re.findall(r'File "exercise\.py", line (\d{1,9})', trace)
        ]
        """The lines of the learner's frames, innermost first, if the process said where it was."""
        del self.lines[MAX_LINES:]


class Sandbox:
    """A place to run submissions in: a fork server, and another one should that die. Use it as a
    context manager, from one thread at a time. With a `processor` it stays there, and with a `jail`
    it is shut in, or is another user's."""

    def __init__(self, processor: int | None = None, jail: Jail | OtherUser | None = None) -> None:
        self._link = Link(FromSandbox)
        self._processor = processor
        self._jail = jail
        self._server = _Server(processor, jail)
        self._loaded: Program | None = None
        self._computed_before = 0.0
        """By servers that are no more."""
        self.stays = False
        """Whether the process of the last run waits for another one."""

    def __enter__(self) -> Self:
        return self

    @property
    def has_sealed_runs(self) -> bool:
        """Whether every run has a process to itself. In a jail it does: whoever is shut in shall find
        nothing of an earlier run, in memory or elsewhere."""
        return isinstance(self._jail, Jail)

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    @property
    def processor(self) -> int | None:
        """The one on which it stays, if there is one."""
        return self._processor

    @property
    def computed(self) -> float | None:
        """Processor seconds that it has taken so far, with all its runs; None where nobody can know."""
        used = self._server.computed()
        return None if used is None else self._computed_before + used

    def move_beside(self) -> None:
        """Keep this thread on the processor of the sandbox: to wake each other across processors takes
        a run and its judge longer than what they have to say."""
        if self._processor is not None and sys.platform == "linux":
            os.sched_setaffinity(0, {self._processor})

    def close(self) -> None:
        """End the server, and with it the run."""
        self.dismiss()
        self._server.close()

    def await_ready(self) -> None:
        """Wait until it has warmed up. Raises `SandboxError`."""
        self._server.await_ready()

    def load(self, program: "Program") -> None:
        """Say what the next runs are runs of. Raises `SandboxError`."""
        if program != self._loaded:
            self.dismiss()
            self._server.load(program.source, program.driver)
            self._loaded = program

    def start(self, describe: Callable[[Any], Any], *, fresh: bool = True) -> Link:
        """Begin a run; `describe` says what a service in a message looks like. A process is forked
        for it, unless it need not be a `fresh` one and that of the last run has stayed.

        Raises `SandboxError`.
        """
        self._link.describe = describe
        if self.stays and not fresh:
            self._link.begin()
            return self._link
        self.dismiss()
        ours, theirs = socket.socketpair()
        with theirs:
            self._server.run(theirs)
        self._link.connect(ours)
        return self._link

    def has_started(self) -> bool:
        """Whether the server has heard of the last `start`. A submission may have stopped or ended
        it, which must not be the next one's fault: see `renew`."""
        return self.stays or self._server.has_started()

    def keep(self) -> None:
        """Let the run's process wait for another run."""
        self.stays = True

    def dismiss(self) -> None:
        """End the process that waits for another run, if one does."""
        if self.stays:
            self._link.socket.close()
            self.end()

    def end(self) -> None:
        """End the run's process, with all that it started."""
        self.stays = False
        self._server.end()

    def autopsy(self, *, ending: bool) -> ProcessEnd:
        """End the run's process, and say how and where. One that is `ending` by itself is left to do
        so first."""
        self.stays = False
        return self._server.autopsy(AWAIT if ending else TRACE)

    def renew(self) -> None:
        """Go on with another server, because this one may have been tampered with."""
        self._computed_before += self._server.computed() or 0.0
        self._server.close()
        self._server = _Server(self._processor, self._jail)
        self._loaded = None


@contextlib.contextmanager
def warm_sandboxes(count: int, jail: OtherUser | None = None) -> Iterator[list[Sandbox]]:
    """`count` sandboxes, each on a processor, which warm up together while their user does something
    else. Where there are more processors, those of others who judge are likely to be other ones."""
    available = processors()
    chosen = random.sample(available, min(count, len(available)))
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(Sandbox(chosen[i % len(chosen)], jail)) for i in range(count)]


def processors() -> list[int]:
    """The processors that this process may use."""
    if sys.platform == "linux":
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


class _Server:
    """One fork server."""

    def __init__(self, processor: int | None, jail: Jail | OtherUser | None) -> None:
        self._trace = _nameless_file()
        """What the server writes to its stderr."""
        self._said: IO[bytes] | None = None
        """What the last run writes to its own, which no other run shall see."""
        self._control, theirs = socket.socketpair()
        # What a run writes must be found by none after it: its folder is one that is not to be
        # written to, not even by root, and has the same name everywhere.
        folder = "/proc" if sys.platform == "linux" else "/"
        with theirs, contextlib.ExitStack() as stack:
            options = Options(
                theirs.fileno(),
                processor,
                restricted=jail is not None,
                user=None if jail is None else jail.user,
                jailed=isinstance(jail, Jail),
            )
            words = [*PYTHON, "-W", "ignore", "-m", "checker_sandbox.server"]
            words.append(encode_options(options))
            descriptors = [theirs.fileno()]
            if jail is not None:
                words, more = stack.enter_context(jail.shut_in(words))
                descriptors += more
            self._leash, held = socket.socketpair()
            stack.enter_context(held)
            inherited = ",".join(map(str, descriptors))
            self._guard = subprocess.Popen(
                [*PYTHON, guard.__file__, str(held.fileno()), inherited, *words],
                env=ENVIRONMENT,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._trace,
                pass_fds=[held.fileno(), *descriptors],
                start_new_session=True,
            )
        self._ready = False

    def close(self) -> None:
        # It ends when nobody speaks to it any more, and its own end of the socket says when.
        with contextlib.suppress(OSError):
            self._control.shutdown(socket.SHUT_WR)
            self._control.settimeout(ANSWER_SECONDS)
            while self._control.recv(64):
                pass
        self._control.close()
        self._kill()
        self._trace.close()
        if self._said is not None:
            self._said.close()

    def _kill(self) -> None:
        """End the server, and all that it has started. Whoever has forked this process has the leash,
        too, so it is not enough to close it."""
        with contextlib.suppress(OSError):
            self._leash.shutdown(socket.SHUT_WR)
            self._leash.settimeout(ANSWER_SECONDS)
            self._leash.recv(1)  # The guard lets go when nothing is left.
        self._leash.close()
        with contextlib.suppress(OSError):
            self._guard.kill()
        self._guard.wait()

    def computed(self) -> float | None:
        """Processor seconds that all below the guard have taken, and those that have ended."""
        return guard.computed_below(self._guard.pid) if sys.platform == "linux" else None

    def load(self, exercise: bytes, driver: bytes) -> None:
        self.await_ready()
        self._control.settimeout(ANSWER_SECONDS)
        with contextlib.suppress(OSError):  # If it is dead, the next run finds that out.
            send_load(self._control, exercise, driver)

    def run(self, theirs: socket.socket) -> None:
        """Start a run whose socket is `theirs`. Raises `SandboxError` if the server never was alive."""
        self.await_ready()
        os.ftruncate(self._trace.fileno(), 0)
        if self._said is not None:
            self._said.close()
        self._said = _nameless_file()
        with contextlib.suppress(OSError):
            socket.send_fds(self._control, [RUN], [theirs.fileno(), self._said.fileno()])

    def has_started(self) -> bool:
        self._control.settimeout(START_SECONDS)
        try:
            return self._control.recv(1) == RUN
        except OSError:
            return False

    def end(self) -> None:
        with contextlib.suppress(OSError):  # If it is dead, the next run finds that out.
            self._control.sendall(DONE)

    def autopsy(self, command: bytes) -> ProcessEnd:
        self._control.settimeout(ANSWER_SECONDS)
        try:
            self._control.sendall(command)
            answer = self._control.recv(STATUS.size, socket.MSG_WAITALL)
        except OSError:
            answer = b""
        if len(answer) < STATUS.size:
            self._kill()
            return ProcessEnd(signal.SIGKILL, self._read_what_was_said())
        return ProcessEnd(STATUS.unpack(answer)[0], self._read_what_was_said())

    def await_ready(self) -> None:
        if self._ready:
            return
        self._control.settimeout(WARM_UP_SECONDS)
        try:
            greeting = self._control.recv(1)
        except OSError:
            greeting = b""
        if greeting != RUN:
            said = _read(self._trace).strip().splitlines()
            raise SandboxError(f"the sandbox did not start{': ' + said[-1] if said else ''}")
        self._ready = True

    def _read_what_was_said(self) -> str:
        """By the last run, or by the server of it."""
        said = _read(self._said) if self._said is not None else ""
        return said or _read(self._trace)


def _nameless_file() -> IO[bytes]:
    file = tempfile.TemporaryFile(mode="a+b")  # noqa: SIM115
    # Python does not see to that for a file without a name.
    fcntl.fcntl(file, fcntl.F_SETFL, os.O_APPEND)
    return file


def _read(file: IO[bytes]) -> str:
    # Whoever writes to it shares its description, and may have changed how it is read.
    folder = "/proc/self/fd" if sys.platform == "linux" else "/dev/fd"
    try:
        with open(f"{folder}/{file.fileno()}", "rb") as opened:
            opened.seek(0)
            return opened.read(MAX_TRACE).decode(errors="replace")
    except OSError:
        return ""
