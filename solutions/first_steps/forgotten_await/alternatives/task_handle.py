"""A class, that waits for its task twice, and gets the number back from the task."""

from typing import Protocol

import anyio
import anyio.lowlevel


class Members(Protocol):
    async def add(self, name: str, address: str) -> int: ...


class Mailer(Protocol):
    async def send(self, address: str, text: str) -> None: ...


class Registration:
    def __init__(self, members: Members, mailer: Mailer) -> None:
        self._members = members
        self._mailer = mailer

    async def _welcome(self, name: str, address: str, number: int) -> int:
        await self._mailer.send(address, f"Number {number} is yours. Welcome to the club, {name}!")
        return number

    async def add(self, name: str, address: str) -> int:
        number = await self._members.add(name, address)
        await anyio.lowlevel.checkpoint()
        async with anyio.create_task_group() as group:
            welcomed = group.create_task(self._welcome(name, address, number))
            await welcomed.wait()
        return welcomed.return_value


async def sign_up(members: Members, mailer: Mailer, name: str, address: str) -> int:
    return await Registration(members, mailer).add(name, address)
