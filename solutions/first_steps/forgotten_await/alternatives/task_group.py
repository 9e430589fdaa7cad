"""The mail is sent by a task; the task group ends no earlier than the task does."""

from typing import Protocol

import anyio
import anyio.abc


class Members(Protocol):
    async def add(self, name: str, address: str) -> int: ...


class Mailer(Protocol):
    async def send(self, address: str, text: str) -> None: ...


def start_welcome(
    group: anyio.abc.TaskGroup, mailer: Mailer, name: str, address: str, number: int
) -> None:
    group.start_soon(mailer.send, address, f"Welcome, {name}! Your number is {number}.")


async def sign_up(members: Members, mailer: Mailer, name: str, address: str) -> int:
    async with anyio.create_task_group() as group:
        number = await members.add(name, address)
        start_welcome(group, mailer, name, address, number)
    return number
