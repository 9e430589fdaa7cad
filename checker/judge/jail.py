"""A jail for strangers' code: bubblewrap, namespaces, and a user who owns nothing.

A fork server that is started in one sees the interpreter and the package that it runs, all
read-only; a small `/tmp` of its own; no network, no other process, no environment, none of the
course and of anybody's work. Its limits on processes and memory are its own (see
`checker_sandbox/run.py`). When it ends, all that it started ends with it.

A limit on processes does not bind root, whatever its name is in a namespace. So where root sweeps,
each jail gets a user id that nobody else has, and the server changes to it before anything else.
"""

import contextlib
import fcntl
import os
import pwd
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final

from checker.translation import _
from checker_sandbox.wire import control

SANDBOX: Final = Path(control.__file__).parents[1]
"""The package that the server is: all of the kit that it sees."""

JUDGE: Final = Path(__file__).parents[1]
"""The package of the judge, which no submission needs to read, nor what lies in it."""

PYTHON: Final = (sys.executable, "-S", "-P")
"""The interpreter of a server. It runs without `site`, which takes a while, and lets anybody who has put
a `.pth` there run code."""

SIZE: Final = 16 << 20
"""Bytes that `/tmp` in a jail can hold."""

FIRST_USER: Final = 61_184
"""The first user id that a jail may have, where root sweeps; systemd leaves these to whoever wants
them."""

USERS: Final = 512
"""How many of them one process gives to its jails, in turn."""

LOCKS: Final = ("/run", "/var/run", "/var/lock")
"""Where the locks on user ids are, the first that can be written to: root alone can do so there."""

BLOCKS: Final = 8
"""How many processes on a machine can do so at a time."""

PROBE_SECONDS: Final = 20

INSTALL: Final = _(
    "install it (Debian and Ubuntu: `sudo apt-get install bubblewrap`; Fedora: "
    "`sudo dnf install bubblewrap`; not the package of that name on PyPI)"
)

_PROBE: Final = [*PYTHON, "-m", "checker_sandbox.probe"]

_READABLE: Final = """
import os, sys
print(end="".join(path + "\\0" for path in sys.argv[1:] if os.access(path, os.R_OK)))
"""

# What a dynamically linked interpreter needs of the system, beside itself.
_SYSTEM = ("/usr", "/bin", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache", "/etc/alternatives")


class JailError(Exception):
    """There can be no jail on this machine; the text says why, and what to do."""


@dataclass(frozen=True)
class Jail:
    """How to start a server shut in. Made by `find`."""

    program: str
    """The path of bubblewrap."""
    user: int | None = None
    """The user id that the server must change to, and the first of this process's: only where root
    sweeps."""
    hidden: tuple[str, ...] = ()
    """Files and folders of which nothing is seen, even if they lie in what a server needs: below
    `/usr`, say."""

    @classmethod
    def find(cls, hidden: Iterable[Path] = ()) -> "Jail":
        """Look for bubblewrap, and try it, with what must stay `hidden`. Raises `JailError`."""
        if sys.platform != "linux":
            raise JailError(
                _(
                    "bubblewrap, which shuts submissions in, needs Linux; `--isolation process` goes on "
                    "without it, for submissions that you trust"
                )
            )
        program = shutil.which("bwrap")
        if program is None:
            raise JailError(
                _(
                    "bubblewrap, which shuts submissions in, is not installed; {install}, or go on "
                    "without it with `--isolation process`, for submissions that you trust",
                    install=INSTALL,
                )
            )
        jail = cls(
            program,
            _reserve_users() if os.geteuid() == 0 else None,
            tuple(str(path.resolve()) for path in hidden),
        )
        try:
            with jail.shut_in(_PROBE) as (words, descriptors):
                tried = subprocess.run(
                    words,
                    capture_output=True,
                    text=True,
                    timeout=PROBE_SECONDS,
                    cwd="/",
                    pass_fds=descriptors,
                )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise JailError(_("bubblewrap cannot be tried: {reason}", reason=error)) from None
        if tried.returncode == control.UNFILTERED:
            raise JailError(
                _(
                    "a jail here would not hold: {reason}; `--isolation process` goes on without one, "
                    "for submissions that you trust",
                    reason=tried.stderr.strip(),
                )
            )
        if tried.returncode != 0:
            said = tried.stderr.strip().splitlines()
            raise JailError(
                _(
                    "bubblewrap does not work here ({reason}); `checker doctor` says more, or go on "
                    "without it with `--isolation process`, for submissions that you trust",
                    reason=said[-1] if said else tried.returncode,
                )
            )
        return jail

    def numbered(self, number: int) -> "Jail":
        """The jail for the sandbox of this number, which shares its user id with no other."""
        if self.user is None:
            return self
        return replace(self, user=self.user + number % USERS)

    @contextlib.contextmanager
    def shut_in(self, words: list[str]) -> Iterator[tuple[list[str], list[int]]]:
        """The command that runs `words` shut in, and the descriptors that it must inherit. What else
        it inherits goes along."""
        # Whoever is shut in sees the command line. What it is made of says how things are called here.
        with os.fdopen(os.memfd_create("jail"), "wb") as options:
            options.write(b"".join(os.fsencode(option) + b"\0" for option in self._options()))
            options.flush()
            options.seek(0)
            yield [self.program, "--args", str(options.fileno()), "--", *words], [options.fileno()]

    def _options(self) -> list[str]:
        jail = [
            *("--unshare-net", "--unshare-pid", "--unshare-ipc", "--unshare-uts"),
            *("--unshare-cgroup-try", "--die-with-parent", "--new-session", "--clearenv"),
            # Nobody but the server: bubblewrap's own would be another process of its user's, which a
            # run could write itself into.
            "--as-pid-1",
            *("--hostname", "jail", "--proc", "/proc", "--dev", "/dev"),
            *("--size", str(SIZE), "--perms", "1777", "--tmpfs", "/tmp"),
        ]
        if self.user is None:
            jail += ["--unshare-user", "--disable-userns"]
        else:
            # Enough to become somebody else, and no more.
            jail += ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
        for name, value in ENVIRONMENT.items():
            jail += ["--setenv", name, value]
        places = _visible()
        jail += _shown(places, below=Path("/"))
        mounted = [(place, True) for place in places]
        for hidden in sorted({*self.hidden, str(JUDGE)}):
            # What was mounted last decides.
            if not next(
                (shown for place, shown in reversed(mounted) if _lies_in(hidden, place)), False
            ):
                continue
            inner = [place for place in _needed() if _lies_in(place, hidden)]
            mounted += [(hidden, False), *((place, True) for place in inner)]
            if os.path.isdir(hidden):
                jail += ["--perms", "0755", "--tmpfs", hidden, *_shown(inner, below=Path(hidden))]
                jail += ["--remount-ro", hidden]
            elif os.path.exists(hidden):
                jail += ["--ro-bind", "/dev/null", hidden]
        # What bubblewrap makes itself is in memory, without a limit, and its user's to write to.
        jail += ["--remount-ro", "/dev", "--remount-ro", "/"]
        return [*jail, "--chdir", "/"]


@dataclass(frozen=True)
class OtherUser:
    """No jail, but a user who owns nothing: where root grades, and there can be no jail, as in most
    containers. A run may start no process and signal none, and write nowhere but where anybody may.
    It sees what anybody sees, the network too. Made by `find`."""

    user: int

    @classmethod
    def find(cls, name: str, hidden: Iterable[Path] = ()) -> "OtherUser":
        """Look for a user, and whether they could run a submission, and read nothing that must stay
        `hidden`. Raises `JailError`."""
        if os.geteuid() != 0:
            raise JailError(_("only root can run a submission as another user; leave out --user"))
        try:
            known = pwd.getpwnam(name)
        except KeyError:
            raise JailError(
                _("there is no user {name!r}; nearly every system has a `nobody`", name=name)
            ) from None
        if known.pw_uid == 0:
            raise JailError(_("{name} is root; give a user who owns nothing", name=name))
        try:
            tried = _run_as(known, _PROBE)
            if tried.returncode == control.UNFILTERED:
                raise JailError(
                    _(
                        "{name} cannot be kept from other processes here: {reason}; leave out --user",
                        name=name,
                        reason=tried.stderr.strip(),
                    )
                )
            tried.check_returncode()
            looked = _run_as(known, [*PYTHON, "-c", _READABLE, *map(str, hidden)])
            looked.check_returncode()
        except (OSError, subprocess.SubprocessError):
            raise JailError(
                _(
                    "{name} cannot run Python at {python} with the kit at {kit}; install both where "
                    "anybody can read them",
                    name=name,
                    python=sys.executable,
                    kit=SANDBOX.parent,
                )
            ) from None
        readable = looked.stdout.split("\0")[:-1]
        if readable:
            raise JailError(
                _(
                    "{name} can read {file}, which holds answers; close it first: `{command}`",
                    name=name,
                    file=readable[0],
                    command=f"chmod -R go= {shlex.join(readable)}",
                )
            )
        return cls(known.pw_uid)

    @contextlib.contextmanager
    def shut_in(self, words: list[str]) -> Iterator[tuple[list[str], list[int]]]:
        """As of a jail: the command stays what it is."""
        yield words, []


def _run_as(user: pwd.struct_passwd, words: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run a command as another user, in the environment of a server."""
    return subprocess.run(
        words,
        user=user.pw_uid,
        group=user.pw_gid,
        extra_groups=[],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        cwd="/",
        timeout=PROBE_SECONDS,
    )


_reservation: int | None = None
"""The descriptor of the lock on the user ids of this process."""


@cache
def _reserve_users() -> int:
    """The first of `USERS` ids that no other process on this machine gives to its jails, as long as
    this one lives. Raises `JailError`."""
    global _reservation
    for first in range(FIRST_USER, FIRST_USER + BLOCKS * USERS, USERS):
        # A lock that is held until its holder ends, however that ends. (A name of a socket would do as
        # well, but for sweeps in networks of their own, which share the users all the same.)
        path = next((Path(place) for place in LOCKS if os.access(place, os.W_OK)), Path("/tmp"))
        try:
            lock = os.open(
                path / f"tasklings-users-{first}.lock",
                os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK,
                0o600,
            )
        except OSError:  # Somebody has put something else there.
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
        else:
            _reservation = lock
            return first
    raise JailError(
        _(
            "{sweeps} other sweeps run on this machine as root, and there are no user ids left for the "
            "jails of this one; wait for one of them",
            sweeps=BLOCKS,
        )
    )


PACKAGES: Final = [
    *dict.fromkeys([path for path in sys.path if path.endswith("-packages")]),
    str(SANDBOX.parent),
]
"""Where a server finds what it imports."""

ENVIRONMENT: Final = {
    "PYTHONHASHSEED": "0",
    "MALLOC_ARENA_MAX": "1",
    "LC_ALL": "C.UTF-8",
    "PYTHONPATH": os.pathsep.join(PACKAGES),
}
"""All the environment that a server has, jailed or not."""


def _needed() -> list[str]:
    """What a server cannot do without: the system's libraries, the interpreter with its packages, and
    the sandbox."""
    places: list[str] = [*_SYSTEM, sys.base_prefix, sys.base_exec_prefix, sys.prefix]
    places += [*PACKAGES[:-1], str(SANDBOX)]
    return sorted({os.path.abspath(place) for place in places if os.path.exists(place)})


def _visible() -> list[str]:
    """What is shown of the machine: all that is needed, without what lies in another part of it."""
    shown: list[str] = []
    for place in _needed():
        if not any(_lies_in(place, seen) for seen in shown):
            shown.append(place)
    return shown


def _shown(places: Iterable[str], below: Path) -> list[str]:
    """The options that show these places, and the folders above them as far as they are `below` one."""
    above = {up for place in places for up in Path(place).parents if below in up.parents}
    # Folders that bubblewrap makes on the way would be for root alone.
    options = []
    for folder in sorted(map(str, above - {Path("/tmp")})):
        options += ["--perms", "0755", "--dir", folder]
    for place in places:
        options += ["--ro-bind", place, place]
    return options


def _lies_in(place: str, folder: str) -> bool:
    return place == folder or place.startswith(folder.rstrip("/") + "/")
