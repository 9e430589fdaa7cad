"""One queue for all accounts that transfers link, however far: slow, and nobody waits for a stranger."""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Account(Protocol):
    """An account at the bank; each call takes a while."""

    async def read(self) -> int: ...

    async def write(self, balance: int) -> None: ...


async def carry_out(accounts: Sequence[Account], transfers: Sequence[tuple[int, int, int]]) -> None:
    for source, target, amount in transfers:
        balance = await accounts[source].read()
        await accounts[source].write(balance - amount)
        balance = await accounts[target].read()
        await accounts[target].write(balance + amount)


async def transfer_all(
    accounts: Sequence[Account], transfers: Sequence[tuple[int, int, int]]
) -> None:
    """Carry out every transfer: the indexes of the payer and the payee, and the amount."""
    leader = list(range(len(accounts)))

    def find(index: int) -> int:
        while leader[index] != index:
            index = leader[index]
        return index

    for source, target, _ in transfers:
        leader[find(source)] = find(target)
    islands: dict[int, list[tuple[int, int, int]]] = {}
    for item in transfers:
        islands.setdefault(find(item[0]), []).append(item)
    async with anyio.create_task_group() as group:
        for items in islands.values():
            group.start_soon(carry_out, accounts, items)
