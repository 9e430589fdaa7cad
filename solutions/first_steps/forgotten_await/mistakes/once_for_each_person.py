"""Remembers who has joined which club, so that somebody of the same name and address gets no number of
their own, and no mail.

Caught by: mail_is_sent, nothing_is_left_over, refusal_is_heard
"""

from typing import Protocol


class Members(Protocol):
    async def add(self, name: str, address: str) -> int: ...


class Mailer(Protocol):
    async def send(self, address: str, text: str) -> None: ...


numbers: dict[tuple[Members, str, str], int] = {}


async def send_welcome(mailer: Mailer, name: str, address: str, number: int) -> None:
    await mailer.send(address, f"Welcome, {name}! Your number is {number}.")


async def sign_up(members: Members, mailer: Mailer, name: str, address: str) -> int:
    if (members, name, address) not in numbers:
        number = await members.add(name, address)
        await send_welcome(mailer, name, address, number)
        numbers[members, name, address] = number
    return numbers[members, name, address]
