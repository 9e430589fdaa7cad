"""Lets a task group raise, which cancels the other copies.

Caught by: trouble_comes_out, gone_is_no_error, tried_at_once
"""

from collections.abc import Sequence
from typing import Protocol, TypeAlias

import anyio

Entry: TypeAlias = "str | Sequence[Entry]"
"""The name of a file, or a folder: a list of the entries in it."""


class Vault(Protocol):
    """Where the copies go. It raises `FileNotFoundError` for a file that is gone."""

    async def copy(self, file: str) -> None: ...


async def copy(vault: Vault, entry: Entry) -> None:
    if isinstance(entry, str):
        await vault.copy(entry)
        return
    async with anyio.create_task_group() as group:
        for inner in entry:
            group.start_soon(copy, vault, inner)


async def back_up(vault: Vault, folder: Sequence[Entry]) -> bool:
    is_complete = True
    try:
        await copy(vault, folder)
    except* FileNotFoundError:
        is_complete = False
    return is_complete
