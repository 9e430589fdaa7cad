"""Takes FileNotFoundErrors out of three levels of folders only.

Caught by: gone_is_no_error
"""

import logging
from collections.abc import Sequence
from typing import Protocol, TypeAlias

import anyio

log = logging.getLogger(__name__)

Entry: TypeAlias = "str | Sequence[Entry]"
"""The name of a file, or a folder: a list of the entries in it."""


class Vault(Protocol):
    """Where the copies go. It raises `FileNotFoundError` for a file that is gone."""

    async def copy(self, file: str) -> None: ...


async def copy(vault: Vault, entry: Entry) -> None:
    """Copy a file, or all that is in a folder. What went wrong there is raised at the end, in a group."""
    if isinstance(entry, str):
        await vault.copy(entry)
        return

    failures: list[Exception] = []

    async def try_to_copy(inner: Entry) -> None:
        try:
            await copy(vault, inner)
        except Exception as failure:
            failures.append(failure)

    async with anyio.create_task_group() as group:
        for inner in entry:
            group.start_soon(try_to_copy, inner)
    if failures:
        raise ExceptionGroup("not everything was copied", failures)


def strip(group, depth):
    kept = []
    for e in group.exceptions:
        if isinstance(e, ExceptionGroup) and depth:
            e = strip(e, depth - 1)
            if e is not None:
                kept.append(e)
        elif not isinstance(e, FileNotFoundError):
            kept.append(e)
    return group.derive(kept) if kept else None


async def back_up(vault: Vault, folder: Sequence[Entry]) -> bool:
    try:
        await copy(vault, folder)
    except ExceptionGroup as failures:
        rest = strip(failures, 3)
        if rest:
            raise rest
        return False
    return True
