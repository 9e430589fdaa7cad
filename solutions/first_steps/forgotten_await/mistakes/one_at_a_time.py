"""One lock for everybody who joins, so that each waits for the mail of the one before.

Caught by: mail_is_sent
"""

from typing import Protocol

import anyio


class Members(Protocol):
    async def add(self, name: str, address: str) -> int: ...


class Mailer(Protocol):
    async def send(self, address: str, text: str) -> None: ...


_lock = anyio.Lock()


async def sign_up(members: Members, mailer: Mailer, name: str, address: str) -> int:
    async with _lock:
        number = await members.add(name, address)
        await mailer.send(address, f"Welcome, {name}! Your number is {number}.")
    return number
