"""Awaits a task, but one of asyncio alone.

Caught by: mail_is_sent (trio), nothing_is_left_over (trio), refusal_is_heard (trio)
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
    await asyncio.create_task(send_welcome(mailer, name, address, number))
    return number
