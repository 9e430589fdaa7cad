"""One run, in a process forked for it: limits, then the submission, then the end.

Nothing is torn down. The last message is sent from inside the event loop, at the moment at which
the submission returned, and the process ends there.
"""

import asyncio
import builtins
import contextlib
import contextvars
import faulthandler
import gc
import io
import itertools
import linecache
import os
import random
import re
import resource
import shutil
import signal
import socket
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any, Final, Never, TextIO

import anyio
import trio

from checker_sandbox import (
    asyncio_driver,
    clock,
    computing,
    entropy,
    memory,
    patches,
    permits,
    syscalls,
    trio_driver,
)
from checker_sandbox.acts import Script, crossing, perform_one, perform_several, read
from checker_sandbox.errors import describe_error
from checker_sandbox.kernel import EPOCH, Kernel
from checker_sandbox.lines import EXERCISE
from checker_sandbox.steps import Steps
from checker_sandbox.stubs import Stubs
from checker_sandbox.submission import UnusableSubmission, forget
from checker_sandbox.tasks import Tasks
from checker_sandbox.waiting import describe_tasks, describe_threads, describe_waits
from checker_sandbox.watching import Watcher
from checker_sandbox.wire.limits import (
    COMPILE_MEMORY,
    COMPILE_SECONDS,
    FILE_SIZE,
    MEMORY,
    OPEN_FILES,
    PROCESSES,
)
from checker_sandbox.wire.link import Closed, Link
from checker_sandbox.wire.messages import (
    ActEnding,
    Left,
    NotRunnable,
    Raised,
    Returned,
    RunEnded,
    Start,
    Stopped,
    ToSandbox,
    Warned,
)
from checker_sandbox.wire.plain import shortened

DRIVERS: Final = {"asyncio": asyncio_driver, "trio": trio_driver}
"""The backends that a run can be on, and what drives their event loops."""

STAY_SECONDS: Final = 1.0
"""Processor seconds after which a process takes no other run, so that each has enough left of what
a process may compute in all."""


PR_SET_DUMPABLE: Final = 4
PR_SET_CHILD_SUBREAPER: Final = 36
PR_SET_NO_NEW_PRIVS: Final = 38
"""From Linux's `prctl.h`."""

SERVER_SECONDS: Final = 20_000
"""Processor seconds after which a server is ended, whatever it does: it forks, which takes two
thousandths of one, for a whole cohort."""

MAX_LEFT: Final = 2_000
"""How many files a submission may leave for others to tidy away."""

_LINK: Final = 3

_NEW_PROCESS = frozenset(
    {"os.fork", "os.forkpty", "os.posix_spawn", "os.exec", "os.system", "subprocess.Popen"}
)


def execute(waiting_room: socket.socket) -> Never:
    """Wait for the socket of a run, and for what is its stderr, to arrive over `waiting_room`, and carry that
    run out; and others after it, as long as the judge wants them here and each leaves nothing behind."""
    _isolate(waiting_room)
    kernel = make_kernel(rehearsed_link)
    _, (link, said), _, _ = socket.recv_fds(waiting_room, 1, 2)
    waiting_room.close()
    os.dup2(said, 2)
    os.close(said)
    os.dup2(link, _LINK)
    if link != _LINK:
        os.close(link)
    kernel.link.connect(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, 0, _LINK))
    while True:
        # What the submission sets in its context at import is gone with that context.
        contextvars.copy_context().run(perform, kernel)
        # The rest of it goes now, while nobody hears of it: a coroutine that was never awaited, for
        # one, warns when it goes.
        forget()
        gc.collect()
        kernel = make_kernel(kernel.link)


def make_kernel(link: Link) -> Kernel:
    """All that a run needs before it is known what to run: from here on time is virtual."""
    stubs = Stubs()
    link.embody = stubs.embody
    kernel = stubs.kernel = Kernel(link, Tasks(), describe_waits)
    kernel.remembered = memory.digest
    kernel.streams_left = stubs.streams_left
    clock.install(lambda: kernel.now, EPOCH)
    entropy.install()
    patches.activate(kernel.threads)
    anyio.wait_all_tasks_blocked = _wait_all_tasks_blocked
    _output.kernel = kernel
    sys.stdout = sys.stderr = _output
    # Threads are named by how many there have been.
    threading._counter = itertools.count(1).__next__  # type: ignore[attr-defined]
    builtins.input = _refuse_input
    warnings.simplefilter("always", RuntimeWarning)
    warnings.showwarning = _show_warning(kernel)
    sys.set_coroutine_origin_tracking_depth(1)
    return kernel


def perform(kernel: Kernel) -> None:
    """Hear what to run, and run it to its end. Returns only if another run may follow."""
    try:
        start = kernel.link.receive()
    except Closed:
        os._exit(0)  # No other run is wanted.
    assert isinstance(start, Start)
    computing.renew()
    entropy.renew(start.seed)
    kernel.tasks.current_task = DRIVERS[start.backend].current_task
    _run(kernel, start)


restricted = False
"""Whether this process and its forks have a user to themselves, and the kernel refuses them what leads
out of a run: see `checker/judge/jail.py`."""


def become(user: int | None, *, jailed: bool) -> None:
    """Be restricted from here on, as this user, if it is to be another one. In a jail, what is left
    in it is tidied away from one submission to the next. Raises `syscalls.FilterError`."""
    global restricted
    restricted = True
    if jailed:
        for place in _SHARED:
            _furniture[place] = set(os.listdir(place)), os.stat(place).st_mode
    if user is not None:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    # A run has the same user as the server, and must not be able to trace it. (A change of user has
    # the same effect.)
    import ctypes  # Here, since it takes a while and only this needs it.

    libc = ctypes.CDLL(None)
    libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)  # Without it, who is not root may set no filter.
    syscalls.restrict_server()


def adopt() -> None:
    """Where this process is not restricted, become the parent of what loses its own, so that it can be ended
    with the run that has started it. Linux alone can do that."""
    if sys.platform == "linux":
        import ctypes  # Here, for the same reason.

        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


_SHARED: Final = ("/tmp", "/dev/shm")

_furniture: dict[str, tuple[set[str], int]] = {}
"""In a jail: what is in the places that a submission may write to before one does, since an interpreter may
lie there, and how they may be used."""


def is_jailed() -> bool:
    """Whether what this process finds around it is its own, to be tidied."""
    return bool(_furniture)


def tidy_up() -> None:
    """Leave nothing in a jail that the run before has put there. Nobody may be left who could write."""
    for place, (kept, mode) in _furniture.items():
        if _has_many(place, kept):
            # A jail is made anew in less time.
            raise RuntimeError(f"{place} holds more than {MAX_LEFT} files")
        for entry in os.scandir(place):
            if entry.name in kept:
                continue
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path, ignore_errors=True)
            else:
                os.unlink(entry.path)
        if set(os.listdir(place)) != kept:
            # Made so that it cannot be removed. The judge then goes on in another jail.
            raise RuntimeError(f"{place} cannot be tidied")
        if os.stat(place).st_uid == os.geteuid():
            # A place says something by itself, too, if it is theirs who write there.
            os.chmod(place, mode)
            os.utime(place, ns=(0, 0))
            for name in os.listxattr(place):
                os.removexattr(place, name)


def _has_many(place: str, kept: set[str]) -> bool:
    """Whether there is more in a folder than anybody should tidy away, beside what is `kept`."""
    seen = 0
    for folder, folders, files in os.walk(place):
        if folder == place:
            folders[:] = [name for name in folders if name not in kept]
        seen += len(folders) + len(files)
        if seen > MAX_LEFT:
            return True
    return False


address_space = 0
"""Bytes that the warmed process has, which a run is allowed beside its own."""

rehearsed_link = Link(ToSandbox)
"""Made before the fork, since it takes a while."""


def prepare_server() -> None:
    """What can be done for every run before it is forked."""
    # The judge reads what this writes, to name the line that a run was on when it was ended.
    faulthandler.register(signal.SIGXCPU, file=2, all_threads=False, chain=True)
    # Nobody presses Ctrl-C here, and for each loop asyncio and trio would get ready for it.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    # Address space is what is limited, and a thread's stack takes 8 MiB of it by default.
    threading.stack_size(1 << 19)
    sys.addaudithook(_refuse_processes)
    _shared[:] = _look_at_shared()
    if sys.platform == "linux":
        global address_space
        with open("/proc/self/statm") as statm:
            address_space = int(statm.read().split()[0]) * resource.getpagesize()


def _isolate(waiting_room: socket.socket) -> None:
    """Leave the server's session, descriptors and rights behind; all but `waiting_room`."""
    global _is_run
    _is_run = True
    os.setsid()
    kept = waiting_room.fileno()
    os.closerange(_LINK, kept)
    os.closerange(kept + 1, 1024)
    # What is open is shared with the server, and so with all runs: where it is read, its flags, its locks.
    for number, how in ((0, os.O_RDONLY), (1, os.O_WRONLY)):
        nothing = os.open(os.devnull, how)
        os.dup2(nothing, number)
        os.close(nothing)
    computing.limit()
    _limit(resource.RLIMIT_CORE, 0, 0)
    _limit(resource.RLIMIT_FSIZE, FILE_SIZE, FILE_SIZE)
    _limit(resource.RLIMIT_NOFILE, OPEN_FILES, OPEN_FILES)
    if sys.platform == "linux":
        _limit(resource.RLIMIT_AS, address_space + MEMORY, address_space + MEMORY)
    if restricted:
        # Elsewhere this would count all that the user runs.
        _limit(resource.RLIMIT_NPROC, PROCESSES, PROCESSES)
        syscalls.restrict_run()


def _limit(kind: int, soft: int, hard: int) -> None:
    _, most = resource.getrlimit(kind)
    if most != resource.RLIM_INFINITY:
        soft, hard = min(soft, most), min(hard, most)
    resource.setrlimit(kind, (soft, hard))


def _run(kernel: Kernel, start: Start) -> None:
    try:
        with _refusing_to_run():
            script = read(start)

        async def main() -> None:
            await _main(kernel, script)

        if start.count or start.strike is not None:
            kernel.steps = Steps(kernel, start)
        kernel.pictured = start.watch and start.picture
        main.__qualname__ = script.name()  # So is the task called that runs it.
        if start.backend == "asyncio":
            asyncio_driver.run(kernel, main)
        else:
            trio_driver.run(kernel, main, start.seed)
    except UnusableSubmission as error:
        kernel.end(RunEnded(kernel.take_events(), error.ending()))
    except BaseException as error:
        # Not from the submission's own task: SystemExit in another one, on asyncio, ends up here.
        kernel.end(RunEnded(kernel.take_events(), Raised(describe_error(error))))
    if not kernel.over:
        kernel.broken()


async def _main(kernel: Kernel, script: Script) -> None:
    """Carry out what the run is to do, and end the process with the message that says how it went;
    or leave it, if it may stay for another run."""
    error: BaseException | None = None
    value: Any = None
    start = script.start
    if start.watch:
        watcher = Watcher(kernel, "".join(linecache.getlines(EXERCISE)), picture=start.picture)
        kernel.look = watcher.look
        permits.follow(kernel.tasks.current_task)
        watcher.start()
    with anyio.CancelScope() as scope:
        try:
            if start.is_one_call:
                value = await perform_one(kernel, script, scope)
            else:
                await perform_several(kernel, script)
        except anyio.get_cancelled_exc_class():
            raise
        except BaseException as raised:
            error = raised
    kernel.own_task = 1
    kernel.under_way.clear()
    sys.settrace(None)
    threading.settrace(None)
    try:
        kernel.look()
        left = Left(describe_tasks(kernel), describe_threads(kernel))
        for stream in kernel.streams_left():
            kernel.tell(stream)
        if isinstance(error, UnusableSubmission):
            kernel.end(RunEnded(kernel.take_events(), error.ending()))
        if error is not None:
            ending: ActEnding = Raised(describe_error(error))
            error.__traceback__ = None  # It holds the frames, and they what was never awaited.
            del error
        elif scope.cancelled_caught:
            ending = Stopped()
        else:
            ending = _returned(start, value)
        gc.collect()
        if isinstance(ending, NotRunnable):
            kernel.end(RunEnded(kernel.take_events(), ending))
        stays = _may_stay(kernel, start, left)
        message = RunEnded(kernel.take_events(), ending, left, stays)
        if stays:
            kernel.conclude(message)
        else:
            kernel.end(message)
    except Exception:
        kernel.broken()


def _may_stay(kernel: Kernel, start: Start, left: Left) -> bool:
    """Whether another run can follow in this process, as if it were the first."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return (
        start.stay
        and not start.watch
        and not kernel.doomed
        and kernel.is_quiet()
        and not left.tasks
        and not left.threads
        and used.ru_utime + used.ru_stime < STAY_SECONDS
        and _shared == _look_at_shared()
    )


def _look_at_shared() -> list[list[int]]:
    """What stands in the modules that a submission is most likely to put something of its own into;
    all runs of a process have the same ones."""
    modules = (builtins, anyio, asyncio, trio, random, time)
    return [list(map(id, vars(module).values())) for module in modules]


_shared: list[list[int]] = []
"""What stood there before any run."""


def _returned(start: Start, value: object) -> ActEnding:
    try:
        return Returned(crossing(start.acts[0], value))
    except UnusableSubmission as error:
        return error.ending()


# --- what the submission finds in the place of the real thing -----------------------------------


class _Output(io.TextIOBase):
    """`sys.stdout` and `sys.stderr`: text that goes to the judge, which stamps it with the time."""

    encoding = "utf-8"

    kernel: Kernel
    """That of the run. It is the same object in every run, since whoever keeps it (such as a handler of
    `logging`) may still be there in the next."""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self.kernel.print(text.encode(errors="backslashreplace").decode())
        return len(text)


_output = _Output()


async def _wait_all_tasks_blocked() -> None:
    await _output.kernel.wait_all_tasks_blocked()


def limit_compiling() -> None:
    """Limit this process, which was forked to compile a submission, for good."""
    computing.limit_for_good(COMPILE_SECONDS)
    _limit(resource.RLIMIT_CORE, 0, 0)
    if sys.platform == "linux":
        _limit(resource.RLIMIT_AS, address_space + COMPILE_MEMORY, address_space + COMPILE_MEMORY)


@contextlib.contextmanager
def _refusing_to_run() -> Iterator[None]:
    """While the submission is imported, no event loop may be run: it would be on no clock."""

    def refuse(*args: object, **kwargs: object) -> Never:
        raise RuntimeError(
            "the checker runs the event loop itself; "
            "put this call under `if __name__ == '__main__':`"
        )

    real = [(module, module.run) for module in (anyio, asyncio, trio)]
    for module, _ in real:
        vars(module)["run"] = refuse
    try:
        yield
    finally:
        for module, run in real:
            vars(module)["run"] = run


def _refuse_input(prompt: object = "") -> Never:
    raise EOFError("an exercise runs without a keyboard: input() has nothing to read")


_is_run = False


def _refuse_processes(event: str, _: tuple[object, ...]) -> None:
    # A courtesy to learners, who get a message; what keeps a stranger in are the limits.
    if _is_run and event in _NEW_PROCESS:
        raise PermissionError(f"an exercise may not start other processes ({event})")


_CREATED = re.compile(rf'File "{re.escape(EXERCISE)}", line (\d+)')


def _show_warning(kernel: Kernel) -> Callable[..., None]:
    def show(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        text = str(message)
        if "was never awaited" in text:
            lines = _CREATED.findall(text)
            told = shortened(text.partition("\n")[0])
            kernel.tell(Warned(told, int(lines[-1]) if lines else None))
        else:
            kernel.print(f"{filename}:{lineno}: {category.__name__}: {text}\n")

    return show
