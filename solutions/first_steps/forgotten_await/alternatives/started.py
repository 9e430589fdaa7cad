"""The task that sends the mail says that it has started when it is done."""

from typing import Protocol

import anyio
import anyio.lowlevel
from anyio.abc import TaskStatus


class Members(Protocol):
    """The club's list of members."""

    async def add(self, name: str, address: str) -> int: ...


class Mailer(Protocol):
    """The mail server."""

    async def send(self, address: str, text: str) -> None: ...


async def send_welcome(mailer: Mailer, name: str, address: str, number: int) -> None:
    await mailer.send(address, f"Welcome, {name}! Your number is {number}.")


async def _mail(
    mailer: Mailer,
    name: str,
    address: str,
    number: int,
    *,
    task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED,
) -> None:
    await anyio.lowlevel.checkpoint()
    await send_welcome(mailer, name, address, number)
    task_status.started()


async def sign_up(members: Members, mailer: Mailer, name: str, address: str) -> int:
    await anyio.lowlevel.checkpoint()
    number = await members.add(name, address)
    async with anyio.create_task_group() as group:  # noqa: ASYNC112
        await group.start(_mail, mailer, name, address, number)
    return number
