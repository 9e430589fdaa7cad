"""Waits for a task that belongs to nobody, and goes on when sign_up is cancelled.

Caught by: nothing_is_left_over
"""

import asyncio
from typing import Protocol

import anyio
import sniffio


class Members(Protocol):
    """The club's list of members."""

    async def add(self, name: str, address: str) -> int: ...


class Mailer(Protocol):
    """The mail server."""

    async def send(self, address: str, text: str) -> None: ...


async def send_welcome(mailer: Mailer, name: str, address: str, number: int) -> None:
    await mailer.send(address, f"Welcome, {name}! Your number is {number}.")


async def sign_up(members: Members, mailer: Mailer, name: str, address: str) -> int:
    number = await members.add(name, address)
    done = anyio.Event()
    errors: list[Exception] = []

    async def deliver() -> None:
        try:
            await send_welcome(mailer, name, address, number)
        except Exception as error:
            errors.append(error)
        finally:
            done.set()

    if sniffio.current_async_library() == "trio":
        import trio

        trio.lowlevel.spawn_system_task(deliver)
    else:
        task = asyncio.get_running_loop().create_task(deliver())
    await done.wait()
    if errors:
        raise errors[0]
    return number
