"""The fork server: a process that has imported everything a run needs, and forks for each run.

Starting Python and importing anyio and trio takes a hundred times as long as a fork. So the judge
starts one of these and asks it for runs: see `checker_sandbox/wire/control.py`. The server holds nothing
worth stealing.

The fork for the next run is made during the current one, so no run waits for its fork.
"""

import contextlib
import gc
import marshal
import os
import signal
import site
import socket
import sys
import time
import traceback

import anyio
import anyio.from_thread
import anyio.functools
import anyio.itertools
import anyio.lowlevel
import anyio.streams.buffered
import anyio.streams.memory
import anyio.streams.stapled
import anyio.streams.text
import anyio.to_thread
import msgspec

from checker_sandbox import computing, patches, run, submission
from checker_sandbox.lines import EXERCISE
from checker_sandbox.wire.control import (
    AWAIT,
    CRASHED,
    DONE,
    LOAD,
    RUN,
    STATUS,
    TRACE,
    decode_options,
    receive_load,
)
from checker_sandbox.wire.link import Link
from checker_sandbox.wire.messages import (
    ActSpec,
    Answered,
    Called,
    Idle,
    MethodSpec,
    NotRunnable,
    Resume,
    ServiceSpec,
    Start,
    ToSandbox,
)
from checker_sandbox.wire.reasons import TooHardToCompile

MAX_COMPILED = 16 << 20
"""Bytes that a compiled submission may have; most have some thousands."""

TRACE_SECONDS = 1.0
"""Real seconds that an overdue run is given to write where it was."""


REHEARSED = b"""
import anyio

async def main(service):
    async def child(lock, send):
        await anyio.sleep(1)
        async with lock, send:
            await service.call()
            await send.send(None)
    lock = anyio.Lock()
    send, receive = anyio.create_memory_object_stream(1)
    with anyio.move_on_after(10):
        async with anyio.create_task_group() as group:
            for _ in range(3):
                group.start_soon(child, lock, send.clone())
            send.close()
            async for _ in receive:
                print("item")
"""

_sleep = time.sleep


def main() -> None:
    options = decode_options(sys.argv[1])
    control = socket.socket(fileno=options.control)
    if options.processor is not None and sys.platform == "linux":
        os.sched_setaffinity(0, {options.processor})
    try:
        if options.restricted:
            run.become(options.user, jailed=options.jailed)
        else:
            run.adopt()
        computing.limit_for_good(run.SERVER_SECONDS)
        warm_up()
    except BaseException:
        # A rehearsal has put something else in the place of stderr.
        traceback.print_exc(file=sys.__stderr__)
        raise SystemExit(CRASHED) from None
    control.sendall(RUN)  # Ready.
    serve(control)
    os._exit(0)  # There is nothing to tear down, and Python would take its time.


def warm_up() -> None:
    """Import, patch and rehearse all that every run needs."""
    # What `site` would have put among the built-ins: this process runs without it.
    site.setquit()
    site.setcopyright()
    site.sethelper()
    os.environ.pop("PYTHONPATH", None)
    # AnyIO imports its parts when they are first used, which would be in every run again.
    for name in dir(anyio):
        getattr(anyio, name, None)
    for backend in run.DRIVERS:
        anyio.run(anyio.sleep, 0, backend=backend)
    patches.install()
    for backend in run.DRIVERS:
        _rehearse(backend)
    sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
    run.prepare_server()
    # What is there now is never collected, so a collection in a run looks at the run's own.
    gc.collect()
    gc.freeze()


class _Curtain(BaseException):
    """A rehearsal is over, where a run would end its process."""


class _Rehearsal(Link):
    """A link whose judge is played by the server itself."""

    def __init__(self) -> None:
        super().__init__(ToSandbox)
        self.answer: Start | Resume
        self._now = 0

    def receive(self, until: float | None = None) -> Start | Resume:
        return self.answer

    def send(self, message: object) -> None:
        if not isinstance(message, Idle):
            raise _Curtain
        calls = [event.call for event in message.events if isinstance(event, Called)]
        self._now = self._now if calls else message.deadline or 0
        self.answer = Resume(self._now, [Answered(call, None) for call in calls])


def _rehearse(backend: str) -> None:
    """Go through a run in this process. Python makes code faster as it runs, and what it has made
    so here, every fork finds done; it would otherwise do it in each run again."""
    link = _Rehearsal()
    kernel = run.make_kernel(link)
    assert link.embody is not None
    service = link.embody(ServiceSpec(0, "Service", [MethodSpec("call", False)]))
    submission.prepare(REHEARSED, b"")
    link.answer = Start(backend, [ActSpec("main", [service])], 0)
    with contextlib.suppress(_Curtain, BaseExceptionGroup):
        run.perform(kernel)
    patches.deactivate()


def serve(control: socket.socket) -> None:
    spare: _Fork | None = None
    current: _Fork | None = None
    ended: list[_Fork] = []
    while True:
        command, descriptors, _, _ = socket.recv_fds(control, 1, 2)
        if command == LOAD and current is None:
            # Nobody may be left who could write where `load` tidies up.
            _bury([*ended, *([spare] if spare is not None else [])])
            ended.clear()
            _end_strays(set())
            load(control)
            spare = _Fork(control)
        elif command == RUN and spare is not None:
            if run.is_jailed():
                _bury(ended)
                ended.clear()
                run.tidy_up()
            current = spare
            current.begin(descriptors)
            control.sendall(RUN)
            for descriptor in descriptors:
                os.close(descriptor)
            spare = _Fork(control)
            _bury(ended)
            ended.clear()
            _end_strays({current.pid, spare.pid})
        elif command == DONE and current is not None:
            current.kill()
            ended.append(current)
            current = None
        elif command in (TRACE, AWAIT) and current is not None:
            if command == TRACE or not current.has_ended():
                current.let_it_say_where_it_is()
            current.kill()
            control.sendall(STATUS.pack(current.reap()))
            current = None
        else:
            _bury([*ended, *(fork for fork in (spare, current) if fork is not None)])
            return


def load(control: socket.socket) -> None:
    """Hear what the next runs are runs of, and compile it: once, and none of it runs here."""
    exercise, driver = receive_load(control)
    run.tidy_up()
    submission.keep(exercise, driver, _compile_apart(exercise, driver))


def _compile_apart(exercise: bytes, driver: bytes) -> submission.Compiled:
    """Compile a submission in a process that is limited for good, and can be: this one must live on."""
    ours, theirs = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(ours)
            run.limit_compiling()
            encoded = marshal.dumps(submission.compiled(exercise, driver))
            if len(encoded) <= MAX_COMPILED:
                with os.fdopen(theirs, "wb") as answer:
                    answer.write(encoded)
        finally:
            os._exit(0)
    os.close(theirs)
    with os.fdopen(ours, "rb") as answer:
        encoded = answer.read(MAX_COMPILED + 1)
    os.waitpid(pid, 0)
    try:
        programs: submission.Compiled = marshal.loads(encoded)
    except (EOFError, ValueError, TypeError):
        return {EXERCISE: msgspec.msgpack.encode(NotRunnable(TooHardToCompile(), None))}
    return programs


def _bury(ended: list["_Fork"]) -> None:
    """Clear away processes that are of no use any more."""
    for fork in ended:
        fork.kill()
        fork.reap()


def _end_strays(kept: set[int]) -> None:
    """End what an earlier run has started, and what left its session: it is this process's child by now.
    A run that is restricted starts nothing."""
    place = f"/proc/self/task/{os.getpid()}/children"
    while not run.restricted and os.path.exists(place):
        with open(place) as children:
            strays = {*map(int, children.read().split())} - kept
        if not strays:
            return
        for pid in strays:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        for pid in strays:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)


class _Fork:
    """A process that waits for the descriptors of a run, and then is that run."""

    def __init__(self, control: socket.socket) -> None:
        self._ours, theirs = socket.socketpair()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                control.close()
                self._ours.close()
                run.execute(theirs)
            except BaseException:
                traceback.print_exc(file=sys.__stderr__)
            finally:
                os._exit(CRASHED)
        theirs.close()

    def begin(self, descriptors: list[int]) -> None:
        with contextlib.suppress(OSError):
            socket.send_fds(self._ours, [RUN], descriptors)
        self._ours.close()

    def let_it_say_where_it_is(self) -> None:
        """The signal makes it write its stack, and end; a run may have seen to it that it does not."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGXCPU)
        self.has_ended()

    def has_ended(self) -> bool:
        """Wait a moment for its end."""
        for _ in range(100):
            if os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
                return True
            _sleep(TRACE_SECONDS / 100)
        return False

    def kill(self) -> None:
        """End it with all in its process group. Not reaped yet, so the number is still its own."""
        for kill in (os.killpg, os.kill):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                kill(self.pid, signal.SIGKILL)

    def reap(self) -> int:
        return os.waitpid(self.pid, 0)[1]


if __name__ == "__main__":
    main()
