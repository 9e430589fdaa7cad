"""Keeps the letter in the module while it waits, where somebody else's takes its place.

Caught by: mail_is_sent, nothing_is_left_over, refusal_is_heard
"""

from typing import Protocol


class Members(Protocol):
    """The club's list of members."""

    async def add(self, name: str, address: str) -> int: ...


class Mailer(Protocol):
    """The mail server."""

    async def send(self, address: str, text: str) -> None: ...


async def send_welcome(mailer: Mailer, name: str, address: str, number: int) -> None:
    await mailer.send(address, f"Welcome, {name}! Your number is {number}.")


_letter: dict = {}


async def sign_up(members: Members, mailer: Mailer, name: str, address: str) -> int:
    _letter["name"] = name
    _letter["address"] = address
    _letter["number"] = await members.add(name, address)
    await send_welcome(mailer, **_letter)
    return _letter["number"]
