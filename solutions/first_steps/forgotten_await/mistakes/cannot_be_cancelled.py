"""Shields itself while the member is added, and goes on for hours when it is cancelled.

Caught by: nothing_is_left_over
"""

from typing import Protocol

import anyio


class Members(Protocol):
    async def add(self, name: str, address: str) -> int: ...


class Mailer(Protocol):
    async def send(self, address: str, text: str) -> None: ...


async def send_welcome(mailer: Mailer, name: str, address: str, number: int) -> None:
    await mailer.send(address, f"Welcome, {name}! Your number is {number}.")


async def sign_up(members: Members, mailer: Mailer, name: str, address: str) -> int:
    with anyio.CancelScope(shield=True):
        number = await members.add(name, address)
    await send_welcome(mailer, name, address, number)
    return number
