"""Waits for every receipt, but with asyncio's own functions, which need asyncio's event loop.

Caught by: every_receipt_arrives, queue_moves_on (trio), errors_come_out
"""

import asyncio
from collections.abc import Sequence
from typing import Protocol


class CardReader(Protocol):
    async def charge(self, customer: str, price: int) -> None: ...


class Mail(Protocol):
    async def deliver(self, customer: str, text: str) -> None: ...


async def send_receipt(mail: Mail, customer: str, price: int) -> None:
    await mail.deliver(customer, f"Thank you. We charged {price / 100:.2f} for your tickets.")


async def sell_tickets(reader: CardReader, mail: Mail, sales: Sequence[tuple[str, int]]) -> int:
    total = 0
    receipts = []
    for customer, price in sales:
        await reader.charge(customer, price)
        total += price
        receipts.append(asyncio.create_task(send_receipt(mail, customer, price)))
    await asyncio.gather(*receipts)
    return total
