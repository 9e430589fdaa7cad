"""One task a sale, for the charge and the receipt; the next one starts when the reader is free."""

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
    at_the_reader = anyio.Semaphore(1)

    async def sell(customer: str, price: int) -> int:
        try:
            await reader.charge(customer, price)
        finally:
            at_the_reader.release()
        await send_receipt(mail, customer, price)
        return price

    async with anyio.create_task_group() as group:
        handles = []
        for customer, price in sales:
            await at_the_reader.acquire()
            handles.append(group.start_soon(sell, customer, price))
    return sum(handle.return_value for handle in handles)
