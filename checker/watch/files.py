"""Says when something below a folder may have changed."""

import contextlib
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import anyio

STEP: Final = 20
"""Real milliseconds in which nothing more must happen before events are passed on: an editor that
saves makes several, and a `git checkout` hundreds."""

LONGEST: Final = 500
"""Real milliseconds after which events are passed on even if more of them keep coming."""

HEARTBEAT: Final = 1_000
"""Real milliseconds after which whoever waits is told to look even if there was no event."""

POLL: Final = 200
"""Real milliseconds between two looks at all files, where they are polled."""

_WITHOUT_EVENTS: Final = re.compile(
    r"9p|drvfs|nfs4?|cifs|smb\d?|smbfs|afpfs|webdav|sshfs|vboxsf|prl_fs|vmhgfs|virtiofs|osxfs"
    r"|grpcfuse|fakeowner|afs|ceph|glusterfs|lustre|fuse(\..+)?"
)
"""File systems that another machine, or the host of this one, writes to without an event here: WSL's
`/mnt`, networks, and folders that a container or a virtual machine is given."""


async def watch(folder: Path, tell: Callable[[], None], *, poll: bool | None = None) -> None:
    """Call `tell` whenever something below `folder` may have changed, and once a second; it never
    returns. Files are polled if `poll`; if that is None, where events do not come.

    The folder may vanish, and come back.
    """
    # Here, since only this command needs it.
    from watchfiles import awatch

    polled = needs_polling(folder) if poll is None else poll
    while True:
        before = _identity(folder)
        stop = anyio.Event()
        # A thread waits for the events, and whatever cancels this waits for the thread: so it has to
        # be woken.
        async with anyio.create_task_group() as group:
            group.start_soon(_set_when_cancelled, stop)
            changes = awatch(
                folder,
                watch_filter=None,
                step=STEP,
                debounce=LONGEST,
                rust_timeout=HEARTBEAT,
                yield_on_timeout=True,
                stop_event=stop,
                # With None it still polls where the environment asks for it.
                force_polling=polled or None,
                poll_delay_ms=POLL,
                ignore_permission_denied=True,
            )
            # No such folder, or the system has no more watches to give.
            with contextlib.suppress(OSError, RuntimeError):
                async with contextlib.aclosing(changes):
                    async for __ in changes:
                        tell()
                        if _identity(folder) != before:
                            break  # Another folder has this name now; events come from the old one.
            group.cancel_scope.cancel()
        tell()
        if _identity(folder) == before:
            polled = polled or before is not None
            await anyio.sleep(HEARTBEAT / 1000)


async def _set_when_cancelled(event: anyio.Event) -> None:
    try:
        await anyio.sleep_forever()
    finally:
        event.set()


def _identity(folder: Path) -> tuple[int, int] | None:
    try:
        status = folder.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def needs_polling(folder: Path, mounts: Path = Path("/proc/self/mountinfo")) -> bool:
    """Whether what others write below `folder` comes without an event."""
    if sys.platform != "linux":
        return False  # macOS tells of its own writes, wherever they go.
    try:
        listed = mounts.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return False
    kinds = {}
    for row in listed.splitlines():
        # 36 35 98:0 /root /mount/point rw,noatime shared:1 - ext3 /dev/root rw
        fields, separator, rest = row.partition(" - ")
        if separator and len(parts := fields.split()) > 4:
            place = re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), parts[4])
            kinds[place] = rest.split()[0]
    path = Path(os.path.realpath(folder))
    for above in (path, *path.parents):
        if (kind := kinds.get(str(above))) is not None:
            return _WITHOUT_EVENTS.fullmatch(kind) is not None
    return False
