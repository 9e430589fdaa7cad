"""Each receipt looks its customer and price up when it is sent, and the loop may be at the next sale by then.

Caught by: every_receipt_arrives, queue_moves_on, errors_come_out
"""

from collections.abc import Sequence
from typing import Protocol

import anyio


class CardReader(Protocol):
    """The one card reader at the window. It charges one card at a time."""

    async def charge(self, customer: str, price: int) -> None: ...


class Mail(Protocol):
    """The mail server. It is slow, but takes any number of receipts at once."""

    async def deliver(self, customer: str, text: str) -> None: ...


async def sell_tickets(reader: CardReader, mail: Mail, sales: Sequence[tuple[str, int]]) -> int:
    """Charge every sale, a pair of an address and a price in cents, and send each a receipt.

    Return the sum charged.
    """
    total = 0
    async with anyio.create_task_group() as group:
        for customer, price in sales:
            await reader.charge(customer, price)
            total += price

            async def send_receipt() -> None:
                text = f"Thank you. We charged {price / 100:.2f} for your tickets."
                await mail.deliver(customer, text)

            group.start_soon(send_receipt)
    return total
