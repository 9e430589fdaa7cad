"""Plays `Bills` on the real clock: table 4 pays, and table 7 would like to order."""

import anyio
from exercise import Bills

from checker.example import play, say


class Till:
    def __init__(self) -> None:
        self.bills = {4: ["champagne"], 7: ["bread"]}

    async def read(self, table: int) -> list[str]:
        await anyio.sleep(0.2)
        return list(self.bills[table])

    async def write(self, table: int, dishes: list[str]) -> None:
        await anyio.sleep(0.2)
        self.bills[table] = dishes
        say(f"the bill of table {table}: {', '.join(dishes) or 'nothing'}")


class Terminal:
    async def charge(self, table: int, dishes: list[str]) -> None:
        say(f"the guest at table {table} looks for a card")
        await anyio.sleep(3)
        say(f"the guest at table {table} has found it, and pays for {', '.join(dishes)}")


async def order(bills: Bills, table: int, dish: str, after: float) -> None:
    await anyio.sleep(after)
    say(f"table {table} orders {dish}")
    await bills.order(table, dish)


async def main() -> None:
    bills = Bills(Till(), Terminal())
    async with anyio.create_task_group() as group:
        group.start_soon(bills.pay, 4)
        group.start_soon(order, bills, 7, "a soup", 0.5)
        group.start_soon(order, bills, 4, "a coffee", 1.0)


def run() -> None:
    play(main)


if __name__ == "__main__":
    run()
