"""Goes home when a charge fails, and tells nobody.

Caught by: errors_come_out
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
    async with anyio.create_task_group() as group:
        for customer, price in sales:
            try:
                await reader.charge(customer, price)
            except Exception:
                break
            total += price
            group.start_soon(send_receipt, mail, customer, price)
    return total
