"""Keeps errors in a list of the module, so that who joins later hears of them too.

Caught by: mail_is_sent, nothing_is_left_over, refusal_is_heard
"""

from typing import Protocol

import anyio


class Members(Protocol):
    """The club's list of members."""

    async def add(self, name: str, address: str) -> int: ...


class Mailer(Protocol):
    """The mail server."""

    async def send(self, address: str, text: str) -> None: ...


async def send_welcome(mailer: Mailer, name: str, address: str, number: int) -> None:
    await mailer.send(address, f"Welcome, {name}! Your number is {number}.")


_errors: list[Exception] = []


async def _deliver(mailer: Mailer, name: str, address: str, number: int) -> None:
    try:
        await send_welcome(mailer, name, address, number)
    except Exception as error:
        _errors.append(error)


async def sign_up(members: Members, mailer: Mailer, name: str, address: str) -> int:
    number = await members.add(name, address)
    async with anyio.create_task_group() as group:
        group.start_soon(_deliver, mailer, name, address, number)
    if _errors:
        raise _errors[-1]
    return number
