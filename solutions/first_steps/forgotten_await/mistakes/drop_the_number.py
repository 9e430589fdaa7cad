"""Awaits both calls, but drops the number that the first one returned.

Caught by: nothing_is_left_over
"""

from typing import Protocol


class Members(Protocol):
    async def add(self, name: str, address: str) -> int: ...


class Mailer(Protocol):
    async def send(self, address: str, text: str) -> None: ...


async def sign_up(members: Members, mailer: Mailer, name: str, address: str) -> int:
    await members.add(name, address)
    await mailer.send(address, f"Welcome, {name}!")
    return 0
