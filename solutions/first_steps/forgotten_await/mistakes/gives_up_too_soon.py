"""Gives up on a mail server that is only slow.

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


async def sign_up(members: Members, mailer: Mailer, name: str, address: str) -> int:
    number = await members.add(name, address)
    with anyio.fail_after(100):
        await send_welcome(mailer, name, address, number)
    return number
