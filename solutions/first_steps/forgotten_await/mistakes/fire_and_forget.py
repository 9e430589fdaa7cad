"""Starts an asyncio task for the mail and returns before it is done; trio has no such function.

Caught by: mail_is_sent, nothing_is_left_over, refusal_is_heard
"""

import asyncio
from typing import Protocol


class Members(Protocol):
    async def add(self, name: str, address: str) -> int: ...


class Mailer(Protocol):
    async def send(self, address: str, text: str) -> None: ...


async def send_welcome(mailer: Mailer, name: str, address: str, number: int) -> None:
    await mailer.send(address, f"Welcome, {name}! Your number is {number}.")


async def sign_up(members: Members, mailer: Mailer, name: str, address: str) -> int:
    number = await members.add(name, address)
    asyncio.create_task(send_welcome(mailer, name, address, number))
    await asyncio.sleep(0)
    return number
