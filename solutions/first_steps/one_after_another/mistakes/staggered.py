"""Starts an office when the one before has given its first answer.

Caught by: offices_overlap, slow_answers_hold_up_nobody_else
"""

from collections.abc import Sequence
from typing import Protocol

import anyio
from anyio.abc import TaskStatus


class Directory(Protocol):
    """The company's directory; each question takes a second or so."""

    async def look_up(self, name: str) -> int: ...


async def office_task(
    directory: Directory,
    names: Sequence[str],
    phone_book: dict[str, int],
    *,
    task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED,
) -> None:
    first = True
    for name in names:
        phone_book[name] = await directory.look_up(name)
        if first:
            task_status.started()
            first = False
    if first:
        task_status.started()


async def look_up_all(directory: Directory, offices: Sequence[Sequence[str]]) -> dict[str, int]:
    phone_book: dict[str, int] = {}
    async with anyio.create_task_group() as group:
        # The longest office first: then the short ones hide behind it.
        for names in sorted(offices, key=len, reverse=True):
            await group.start(office_task, directory, names, phone_book)
    return phone_book
