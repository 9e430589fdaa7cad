"""An object that notes what is gone where it is met, so that no group ever holds it."""

from collections.abc import Sequence
from typing import Protocol, TypeAlias

import anyio

Entry: TypeAlias = "str | Sequence[Entry]"
"""The name of a file, or a folder: a list of the entries in it."""


class Vault(Protocol):
    """Where the copies go. It raises `FileNotFoundError` for a file that is gone."""

    async def copy(self, file: str) -> None: ...


class Backup:
    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self.is_complete = True
        self.trouble: list[Exception] = []

    async def copy(self, entry: Entry) -> None:
        if not isinstance(entry, str):
            await anyio.amap(self.copy, entry)
            return
        try:
            await self._vault.copy(entry)
        except FileNotFoundError:
            self.is_complete = False
        except Exception as error:
            self.trouble.append(error)


async def back_up(vault: Vault, folder: Sequence[Entry]) -> bool:
    backup = Backup(vault)
    await backup.copy(folder)
    if len(backup.trouble) == 1:
        raise backup.trouble[0]
    if backup.trouble:
        raise ExceptionGroup("not everything was copied", backup.trouble)
    return backup.is_complete
