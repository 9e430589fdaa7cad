"""The window puts what is paid into a stream; a task at its other end starts the receipts."""

from collections.abc import Sequence
from typing import Protocol

import anyio
import anyio.lowlevel


class CardReader(Protocol):
    async def charge(self, customer: str, price: int) -> None: ...


class Mail(Protocol):
    async def deliver(self, customer: str, text: str) -> None: ...


async def send_receipt(mail: Mail, customer: str, price: int) -> None:
    await mail.deliver(customer, f"Thank you. We charged {price / 100:.2f} for your tickets.")


async def sell_tickets(reader: CardReader, mail: Mail, sales: Sequence[tuple[str, int]]) -> int:
    send, receive = anyio.create_memory_object_stream[tuple[str, int]](len(sales))

    async def post_room() -> None:
        async with receive, anyio.create_task_group() as under_way:
            async for customer, price in receive:
                under_way.start_soon(send_receipt, mail, customer, price)

    total = 0
    async with anyio.create_task_group() as group:
        group.start_soon(post_room)
        async with send:
            for customer, price in sales:
                await reader.charge(customer, price)
                await send.send((customer, price))
                await anyio.lowlevel.checkpoint()
                total += price
    return total
