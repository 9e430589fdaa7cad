"""A class that owns the task group, and hands out no way to leave it early."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Protocol, Self

import anyio


class CardReader(Protocol):
    async def charge(self, customer: str, price: int) -> None: ...


class Mail(Protocol):
    async def deliver(self, customer: str, text: str) -> None: ...


async def send_receipt(mail: Mail, customer: str, price: int) -> None:
    await mail.deliver(customer, f"Thank you. We charged {price / 100:.2f} for your tickets.")


class PostRoom(anyio.AsyncContextManagerMixin):
    """Sends receipts in the background, and is left only when all of them are delivered."""

    def __init__(self, mail: Mail) -> None:
        self._mail = mail

    @asynccontextmanager
    async def __asynccontextmanager__(self) -> AsyncGenerator[Self, None]:
        async with anyio.create_task_group() as self._under_way:
            yield self

    def send(self, customer: str, price: int) -> None:
        self._under_way.create_task(send_receipt(self._mail, customer, price))


async def sell_tickets(reader: CardReader, mail: Mail, sales: Sequence[tuple[str, int]]) -> int:
    total = 0
    async with PostRoom(mail) as post:
        for customer, price in sales:
            await reader.charge(customer, price)
            post.send(customer, price)
            total += price
    return total
