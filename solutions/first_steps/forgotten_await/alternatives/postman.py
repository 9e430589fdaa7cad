"""A postman who gets the letter through a stream; one error comes out as one error."""

from typing import Protocol

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream


class Members(Protocol):
    """The club's list of members."""

    async def add(self, name: str, address: str) -> int: ...


class Mailer(Protocol):
    """The mail server."""

    async def send(self, address: str, text: str) -> None: ...


async def send_welcome(mailer: Mailer, name: str, address: str, number: int) -> None:
    await mailer.send(address, f"Welcome, {name}! Your number is {number}.")


class NotWelcomed(Exception):
    """The member is in the list, but the mail has not gone."""


async def postman(mailer: Mailer, bag: MemoryObjectReceiveStream[tuple[str, str, int]]) -> None:
    async with bag:
        async for name, address, number in bag:
            await send_welcome(mailer, name, address, number)


async def sign_up(members: Members, mailer: Mailer, name: str, address: str) -> int:
    number = await members.add(name, address)
    try:
        async with anyio.create_task_group() as group:
            slot, bag = anyio.create_memory_object_stream[tuple[str, str, int]](1)
            group.start_soon(postman, mailer, bag)
            async with slot:
                await slot.send((name, address, number))
    except* ConnectionError as refused:
        raise NotWelcomed(f"no mail for member {number}") from refused
    return number
