"""Sends the mail, and keeps it to itself when that fails.

Caught by: refusal_is_heard
"""

from typing import Protocol


class Members(Protocol):
    async def add(self, name: str, address: str) -> int: ...


class Mailer(Protocol):
    async def send(self, address: str, text: str) -> None: ...


async def sign_up(members: Members, mailer: Mailer, name: str, address: str) -> int:
    number = await members.add(name, address)
    try:
        await mailer.send(address, f"Welcome, {name}! Your number is {number}.")
    except Exception as error:
        print("no mail:", error)
    return number
