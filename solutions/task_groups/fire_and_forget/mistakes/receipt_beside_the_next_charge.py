"""Sends each receipt beside the next charge, and the charge after that waits for both.

Caught by: queue_moves_on
"""

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
    total = 0
    paid: list[tuple[str, int]] = []
    for customer, price in sales:
        async with anyio.create_task_group() as group:
            for sale in paid:
                group.start_soon(send_receipt, mail, *sale)
            await reader.charge(customer, price)
        total += price
        paid = [(customer, price)]
    for sale in paid:
        await send_receipt(mail, *sale)
    return total
