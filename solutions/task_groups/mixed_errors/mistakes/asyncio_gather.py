"""Gathers what went wrong with asyncio's own function.

Caught by: trouble_comes_out (trio), gone_is_no_error (trio), tried_at_once (trio)
"""

import asyncio
from collections.abc import Sequence
from typing import Protocol, TypeAlias

Entry: TypeAlias = "str | Sequence[Entry]"
"""The name of a file, or a folder: a list of the entries in it."""


class Vault(Protocol):
    """Where the copies go. It raises `FileNotFoundError` for a file that is gone."""

    async def copy(self, file: str) -> None: ...


def files_in(entry: Entry) -> list[str]:
    if isinstance(entry, str):
        return [entry]
    return [file for inner in entry for file in files_in(inner)]


async def back_up(vault: Vault, folder: Sequence[Entry]) -> bool:
    copies = [vault.copy(file) for file in files_in(folder)]
    results = await asyncio.gather(*copies, return_exceptions=True)
    failures = [result for result in results if isinstance(result, Exception)]
    trouble = [error for error in failures if not isinstance(error, FileNotFoundError)]
    if trouble:
        raise ExceptionGroup("trouble", trouble)
    return not failures
