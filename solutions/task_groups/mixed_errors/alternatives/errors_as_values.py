"""Lets no exception travel: the tasks return what went wrong, and all is raised at the end."""

from collections.abc import Sequence
from typing import Protocol, TypeAlias

import anyio

Entry: TypeAlias = "str | Sequence[Entry]"
"""The name of a file, or a folder: a list of the entries in it."""


class Vault(Protocol):
    """Where the copies go. It raises `FileNotFoundError` for a file that is gone."""

    async def copy(self, file: str) -> None: ...


async def failures_of(vault: Vault, entry: Entry) -> list[Exception]:
    if isinstance(entry, str):
        try:
            await vault.copy(entry)
        except Exception as error:
            return [error]
        return []
    async with anyio.create_task_group() as group:
        handles = [group.start_soon(failures_of, vault, inner) for inner in entry]
    return [error for handle in handles for error in handle.return_value]


async def back_up(vault: Vault, folder: Sequence[Entry]) -> bool:
    failures = await failures_of(vault, folder)
    trouble = [error for error in failures if not isinstance(error, FileNotFoundError)]
    if trouble:
        raise ExceptionGroup("trouble", trouble)
    return not failures
