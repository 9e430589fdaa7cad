"""Work that is spread over several sandboxes, one unit at a time in each.

Whoever judges in a sandbox is a process of its own, forked for the work, on the processor of that
sandbox. A run and its judge wake each other thousands of times a second: on two processors each of
them would sleep and be woken again, and in threads of one process judges would wait for each other.
"""

import contextlib
import os
import selectors
import signal
import socket
import struct
import sys
import traceback
import warnings
from collections.abc import Callable, Generator, Iterable, Sequence
from typing import Any, Final, Generic, TypeVar

import msgspec

from checker.judge.launch import Sandbox, SandboxError

_Unit = TypeVar("_Unit")
_Result = TypeVar("_Result")

_CRASHED: Final = 70
PR_SET_PDEATHSIG: Final = 1
"""From Linux's `prctl.h`."""

_NUMBER: Final = struct.Struct("!Q")
_NOTHING: Final = (1 << 64) - 1
"""In the place of a unit's number: there is none left."""


def spread(
    units: Iterable[_Unit],
    sandboxes: Sequence[Sandbox],
    work: Callable[[_Unit, Sandbox], _Result],
    kind: type[_Result],
) -> Generator[_Result, None, None]:
    """Do `work` for each unit, in as many sandboxes at a time as there are. The results, which are of
    this `kind`, come in the order of the units.

    Raises `ChildProcessError` if a process that judges was ended, and `RuntimeError` with the traceback
    of what `work` raises.
    """
    numbered = list(units)
    judges: list[_Judge[_Result]] = []
    results: dict[int, _Result] = {}
    with contextlib.ExitStack() as stack, selectors.DefaultSelector() as ready:
        waiting = iter(range(len(numbered)))
        for sandbox, first in zip(sandboxes, waiting, strict=False):
            judges.append(_Judge(sandbox, lambda n, at: work(numbered[n], at), kind, judges))
            stack.callback(judges[-1].end)
            judges[-1].ask(first)
            ready.register(judges[-1].socket, selectors.EVENT_READ, judges[-1])
        for number in range(len(numbered)):
            while number not in results:
                for key, _ in ready.select():
                    judge: _Judge[_Result] = key.data
                    done, result = judge.answer()
                    results[done] = result
                    following = next(waiting, None)
                    judge.ask(following)
                    if following is None:
                        ready.unregister(judge.socket)
            yield results.pop(number)


class _Judge(Generic[_Result]):
    """A process that does the work in one sandbox."""

    def __init__(
        self,
        sandbox: Sandbox,
        work: Callable[[int, Sandbox], _Result],
        kind: type[_Result],
        others: Sequence["_Judge[_Result]"],
    ) -> None:
        # Heard here, so that whoever uses it next need not wait for it: it is said once.
        with contextlib.suppress(SandboxError):  # Who judges finds out, and tells.
            sandbox.await_ready()
        self.socket, theirs = socket.socketpair()
        judged_for = os.getpid()
        with warnings.catch_warnings():
            # The child uses nothing that a thread of this process could hold.
            warnings.simplefilter("ignore", DeprecationWarning)
            self._pid = os.fork()
        if self._pid == 0:
            try:
                die_with(judged_for)
                # Whoever started this hears Ctrl-C, and ends it.
                signal.signal(signal.SIGINT, signal.SIG_IGN)
                self.socket.close()
                for other in others:
                    other.socket.close()
                _do(theirs, sandbox, work)
                os._exit(0)
            except BaseException:
                with contextlib.suppress(BaseException):
                    traceback.print_exc()
            finally:
                os._exit(_CRASHED)
        theirs.close()
        self._stream = self.socket.makefile("rwb")
        self._answers: msgspec.msgpack.Decoder[tuple[str, Any]] = msgspec.msgpack.Decoder(
            tuple[str, kind | None]  # type: ignore[valid-type]
        )
        self._at: int | None = None

    def ask(self, number: int | None) -> None:
        """Let it do the unit of this number next, or nothing more."""
        self._at = number
        with contextlib.suppress(OSError):  # If it is dead, its answer says so.
            self._stream.write(_NUMBER.pack(_NOTHING if number is None else number))
            self._stream.flush()

    def answer(self) -> tuple[int, _Result]:
        """What came of the unit that it was asked for last."""
        assert self._at is not None
        try:
            (length,) = _NUMBER.unpack(self._stream.read(_NUMBER.size))
            error, result = self._answers.decode(self._stream.read(length))
        except (struct.error, msgspec.DecodeError, OSError):
            raise ChildProcessError(
                "a process that judges was ended from outside; is there enough memory?"
            ) from None
        if error:
            raise RuntimeError(f"an error in the judge:\n{error}")
        return self._at, result

    def end(self) -> None:
        """End it, whatever it does."""
        with contextlib.suppress(OSError):
            self._stream.close()
        self.socket.close()
        if self._at is not None:
            os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)


def die_with(parent: int) -> None:
    """End this process when its parent ends, at once where the kernel can see to that."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


def _do(link: socket.socket, sandbox: Sandbox, work: Callable[[int, Sandbox], object]) -> None:
    """Be a judge, until nothing is left to do or nobody wants it any more."""
    sandbox.move_beside()
    stream = link.makefile("rwb")
    with contextlib.suppress(ConnectionError):
        while asked := stream.read(_NUMBER.size):
            (number,) = _NUMBER.unpack(asked)
            if number == _NOTHING:
                break
            try:
                answer = msgspec.msgpack.encode(("", work(number, sandbox)))
            except Exception:
                answer = msgspec.msgpack.encode((traceback.format_exc(), None))
            stream.write(_NUMBER.pack(len(answer)) + answer)
            stream.flush()
    # The next to use the sandbox starts with it as it was.
    sandbox.dismiss()
