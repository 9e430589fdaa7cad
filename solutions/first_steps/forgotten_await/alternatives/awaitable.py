"""An object that can be awaited, with its steps in `__await__`."""

from collections.abc import Generator
from typing import Any, Protocol


class Members(Protocol):
    """The club's list of members."""

    async def add(self, name: str, address: str) -> int: ...


class Mailer(Protocol):
    """The mail server."""

    async def send(self, address: str, text: str) -> None: ...


async def send_welcome(mailer: Mailer, name: str, address: str, number: int) -> None:
    await mailer.send(address, f"Welcome, {name}! Your number is {number}.")


class SignUp:
    def __init__(self, members: Members, mailer: Mailer, name: str, address: str) -> None:
        self.members, self.mailer = members, mailer
        self.name, self.address = name, address
        self.number: int | None = None

    def __await__(self) -> Generator[Any, Any, int]:
        self.number = yield from self.members.add(self.name, self.address).__await__()
        yield from send_welcome(self.mailer, self.name, self.address, self.number).__await__()
        return self.number


async def sign_up(members: Members, mailer: Mailer, name: str, address: str) -> int:
    return await SignUp(members, mailer, name, address)
