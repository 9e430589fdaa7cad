"""Sends the mail again when the server refuses it, in place of raising an error.

Caught by: refusal_is_heard
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
    for attempt in range(3):
        try:
            await send_welcome(mailer, name, address, number)
            break
        except ConnectionError:
            if attempt == 2:
                raise
            await anyio.sleep(1)
    return number
