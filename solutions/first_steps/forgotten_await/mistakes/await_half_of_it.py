"""Awaits `send_welcome`, which now returns a coroutine instead of awaiting it; that one is dropped.

Caught by: mail_is_sent, nothing_is_left_over, refusal_is_heard
"""

from typing import Protocol


class Members(Protocol):
    async def add(self, name: str, address: str) -> int: ...


class Mailer(Protocol):
    async def send(self, address: str, text: str) -> None: ...


async def send_welcome(mailer: Mailer, name: str, address: str, number: int):
    return mailer.send(address, f"Welcome, {name}! Your number is {number}.")


async def sign_up(members: Members, mailer: Mailer, name: str, address: str) -> int:
    number = await members.add(name, address)
    await send_welcome(mailer, name, address, number)
    return number
