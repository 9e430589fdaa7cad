"""Has no more than twenty mails on their way to a server, so that the next one waits for another.

Caught by: mail_is_sent
"""

from typing import Protocol

import anyio


class Members(Protocol):
    async def add(self, name: str, address: str) -> int: ...


class Mailer(Protocol):
    async def send(self, address: str, text: str) -> None: ...


limits: dict[Mailer, anyio.Semaphore] = {}


async def send_welcome(mailer: Mailer, name: str, address: str, number: int) -> None:
    async with limits.setdefault(mailer, anyio.Semaphore(20)):
        await mailer.send(address, f"Welcome, {name}! Your number is {number}.")


async def sign_up(members: Members, mailer: Mailer, name: str, address: str) -> int:
    number = await members.add(name, address)
    await send_welcome(mailer, name, address, number)
    return number
