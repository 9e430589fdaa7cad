"""The mail is sent on the way out, by an exit stack."""

from contextlib import AsyncExitStack
from typing import Protocol


class Members(Protocol):
    """The club's list of members."""

    async def add(self, name: str, address: str) -> int: ...


class Mailer(Protocol):
    """The mail server."""

    async def send(self, address: str, text: str) -> None: ...


async def send_welcome(mailer: Mailer, name: str, address: str, number: int) -> None:
    await mailer.send(address, f"Welcome, {name}! Your number is {number}.")


async def sign_up(members: Members, mailer: Mailer, name: str, address: str) -> int:
    async with AsyncExitStack() as afterwards:
        number = await members.add(name, address)
        afterwards.push_async_callback(send_welcome, mailer, name, address, number)
        return number
    raise AssertionError("not reached")
