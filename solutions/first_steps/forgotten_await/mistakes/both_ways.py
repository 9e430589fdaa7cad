"""Sends the mail itself, and leaves the old call, whose coroutine is never awaited, where it was.

Caught by: nothing_is_left_over
"""

from typing import Protocol


class Members(Protocol):
    async def add(self, name: str, address: str) -> int: ...


class Mailer(Protocol):
    async def send(self, address: str, text: str) -> None: ...


async def send_welcome(mailer: Mailer, name: str, address: str, number: int) -> None:
    await mailer.send(address, f"Welcome, {name}! Your number is {number}.")


async def sign_up(members: Members, mailer: Mailer, name: str, address: str) -> int:
    number = await members.add(name, address)
    send_welcome(mailer, name, address, number)
    await mailer.send(address, f"Welcome, {name}! Your number is {number}.")
    return number
