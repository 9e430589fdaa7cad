"""Locks made by hand, with serial numbers that say in which order they are taken."""

import itertools
from collections import deque
from collections.abc import Sequence
from operator import attrgetter
from typing import Protocol

import anyio


class Account(Protocol):
    """An account at the bank; each call takes a while."""

    async def read(self) -> int: ...

    async def write(self, balance: int) -> None: ...


class Baton:
    """A lock: the events of those who want it, the holder first."""

    serial = itertools.count()

    def __init__(self, account: Account) -> None:
        self.number = next(self.serial)
        self.account = account
        self.queue: deque[anyio.Event] = deque()

    async def __aenter__(self) -> Account:
        mine = anyio.Event()
        self.queue.append(mine)
        if self.queue[0] is mine:
            mine.set()
        try:
            await mine.wait()
        except BaseException:
            self.leave(mine)
            raise
        return self.account

    async def __aexit__(self, *exc_info: object) -> None:
        self.leave(self.queue[0])

    def leave(self, event: anyio.Event) -> None:
        self.queue.remove(event)
        if self.queue:
            self.queue[0].set()


async def change(account: Account, by: int) -> None:
    await account.write(await account.read() + by)


async def transfer_all(
    accounts: Sequence[Account], transfers: Sequence[tuple[int, int, int]]
) -> None:
    """Carry out every transfer: the indexes of the payer and the payee, and the amount."""
    batons = [Baton(account) for account in accounts]

    async def transfer(payer: Baton, payee: Baton, amount: int) -> None:
        first, second = sorted((payer, payee), key=attrgetter("number"))
        async with first, second, anyio.create_task_group() as both:
            both.start_soon(change, payer.account, -amount)
            both.start_soon(change, payee.account, amount)

    async with anyio.create_task_group() as group:
        for source, target, amount in transfers:
            group.start_soon(transfer, batons[source], batons[target], amount)
