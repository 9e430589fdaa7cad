"""Sell tickets at the window, and send the receipts in the background."""

import asyncio
from collections.abc import Sequence
from typing import Protocol


class CardReader(Protocol):
    """The one card reader at the window. It charges one card at a time."""

    async def charge(self, customer: str, price: int) -> None: ...


class Mail(Protocol):
    """The mail server. It is slow, but takes any number of receipts at once."""

    async def deliver(self, customer: str, text: str) -> None: ...


async def send_receipt(mail: Mail, customer: str, price: int) -> None:
    await mail.deliver(customer, f"Thank you. We charged {price / 100:.2f} for your tickets.")


async def sell_tickets(reader: CardReader, mail: Mail, sales: Sequence[tuple[str, int]]) -> int:
    """Charge every sale, a pair of an address and a price in cents, and send each a receipt.

    Return the sum charged.
    """
    total = 0
    for customer, price in sales:
        await reader.charge(customer, price)
        total += price
        asyncio.create_task(send_receipt(mail, customer, price))
    return total


if __name__ == "__main__":  # `python exercise.py` plays it on the real clock.
    import example

    example.run()
