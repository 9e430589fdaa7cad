"""A task for each sale and a lock: who comes first at the reader is left to the backend.

Caught by: every_receipt_arrives (trio), queue_moves_on (trio), errors_come_out (trio)
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
    at_the_reader = anyio.Lock()

    async def sell(sale: tuple[str, int]) -> int:
        customer, price = sale
        async with at_the_reader:
            await reader.charge(customer, price)
        await send_receipt(mail, customer, price)
        return price

    return sum(await anyio.amap(sell, sales))
