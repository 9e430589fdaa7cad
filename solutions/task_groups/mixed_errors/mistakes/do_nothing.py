"""Says that all is well.

Caught by: trouble_comes_out, gone_is_no_error, tried_at_once
"""

from collections.abc import Sequence
from typing import Protocol, TypeAlias

Entry: TypeAlias = "str | Sequence[Entry]"
"""The name of a file, or a folder: a list of the entries in it."""


class Vault(Protocol):
    """Where the copies go. It raises `FileNotFoundError` for a file that is gone."""

    async def copy(self, file: str) -> None: ...


async def back_up(vault: Vault, folder: Sequence[Entry]) -> bool:
    return True
