"""A relay: each sale is a task that charges, starts the next sale, and sends its own receipt."""

from collections.abc import Sequence
from typing import Protocol

import anyio


class CardReader(Protocol):
    async def charge(self, customer: str, price: int) -> None: ...


class Mail(Protocol):
    async def deliver(self, customer: str, text: str) -> None: ...


async def send_receipt(mail: Mail, customer: str, price: int) -> None:
    await mail.deliver(customer, f"Thank you. We charged {price / 100:.2f} for your tickets.")


async def sell_tickets(reader: CardReader, mail: Mail, sales: Sequence[tuple[str, int]]) -> int:
    async def serve(number: int) -> None:
        if number < len(sales):
            customer, price = sales[number]
            await reader.charge(customer, price)
            group.start_soon(serve, number + 1)
            await send_receipt(mail, customer, price)

    async with anyio.create_task_group() as group:  # noqa: ASYNC112
        group.start_soon(serve, 0)
    return sum(price for _, price in sales)
