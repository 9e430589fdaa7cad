"""Copies one file after the other, and collects what goes wrong.

Caught by: tried_at_once
"""

from collections.abc import Sequence
from typing import Protocol, TypeAlias

Entry: TypeAlias = "str | Sequence[Entry]"
"""The name of a file, or a folder: a list of the entries in it."""


class Vault(Protocol):
    """Where the copies go. It raises `FileNotFoundError` for a file that is gone."""

    async def copy(self, file: str) -> None: ...


async def back_up(vault: Vault, folder: Sequence[Entry]) -> bool:
    entries: list[Entry] = [*folder]
    is_complete = True
    trouble: list[Exception] = []
    while entries:
        entry = entries.pop()
        if not isinstance(entry, str):
            entries.extend(entry)
            continue
        try:
            await vault.copy(entry)
        except FileNotFoundError:
            is_complete = False
        except Exception as error:
            trouble.append(error)
    if trouble:
        raise ExceptionGroup("trouble", trouble)
    return is_complete
