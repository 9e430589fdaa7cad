"""Gives the mail five seconds, which is enough on most days, and returns.

Caught by: mail_is_sent, nothing_is_left_over
"""

import anyio
from typing import Protocol


class Members(Protocol):
    async def add(self, name: str, address: str) -> int: ...


class Mailer(Protocol):
    async def send(self, address: str, text: str) -> None: ...


async def sign_up(members: Members, mailer: Mailer, name: str, address: str) -> int:
    number = await members.add(name, address)
    text = f"Welcome, {name}! Your number is {number}."
    async with anyio.create_task_group() as group:
        group.start_soon(mailer.send, address, text)
        await anyio.sleep(5)
        group.cancel_scope.cancel()
    return number
