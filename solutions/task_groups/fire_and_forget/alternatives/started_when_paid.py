"""Each sale is a task that says when it is paid, and goes on with the receipt."""

from collections.abc import Sequence
from typing import Protocol

import anyio
from anyio.abc import TaskStatus


class CardReader(Protocol):
    async def charge(self, customer: str, price: int) -> None: ...


class Mail(Protocol):
    async def deliver(self, customer: str, text: str) -> None: ...


async def send_receipt(mail: Mail, customer: str, price: int) -> None:
    await mail.deliver(customer, f"Thank you. We charged {price / 100:.2f} for your tickets.")


async def sell(
    reader: CardReader, mail: Mail, customer: str, price: int, *, task_status: TaskStatus[int]
) -> None:
    await reader.charge(customer, price)
    task_status.started(price)
    await send_receipt(mail, customer, price)


async def sell_tickets(reader: CardReader, mail: Mail, sales: Sequence[tuple[str, int]]) -> int:
    total = 0
    async with anyio.create_task_group() as group:
        for customer, price in sales:
            total += await group.start(sell, reader, mail, customer, price)
    return total
