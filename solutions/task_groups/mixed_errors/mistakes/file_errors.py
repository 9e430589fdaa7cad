"""Takes two other troubles with files for a file that is gone.

Caught by: trouble_comes_out
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


async def back_up(vault: Vault, folder: Sequence[Entry]) -> bool:
    gone = False
    try:
        await copy(vault, folder)
    except* (FileNotFoundError, NotADirectoryError, FileExistsError):
        gone = True
    return not gone
