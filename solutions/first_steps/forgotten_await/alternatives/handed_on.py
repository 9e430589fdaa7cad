"""A plain function makes the coroutine and hands it on; `gather` awaits it, and its group is
opened again so that one error comes out as one error."""

from collections.abc import Coroutine
from typing import Protocol

import anyio


class Members(Protocol):
    async def add(self, name: str, address: str) -> int: ...


class Mailer(Protocol):
    async def send(self, address: str, text: str) -> None: ...


def welcome(mailer: Mailer, name: str, address: str, number: int) -> Coroutine[None, None, None]:
    return mailer.send(address, f"Welcome, {name}! Your number is {number}.")


async def sign_up(members: Members, mailer: Mailer, name: str, address: str) -> int:
    number = await members.add(name, address)
    try:
        await anyio.gather(welcome(mailer, name, address, number))
    except* ConnectionError as refused:
        raise ConnectionError(f"{address} was added, but not welcomed") from refused
    return number
