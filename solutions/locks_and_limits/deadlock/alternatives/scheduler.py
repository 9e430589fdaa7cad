"""One task knows which accounts are free, and starts every transfer that can go on."""

import math
from collections.abc import Sequence
from typing import Protocol

import anyio
from anyio.streams.memory import MemoryObjectSendStream


class Account(Protocol):
    """An account at the bank; each call takes a while."""

    async def read(self) -> int: ...

    async def write(self, balance: int) -> None: ...


async def transfer(
    accounts: Sequence[Account],
    item: tuple[int, int, int],
    done: MemoryObjectSendStream[tuple[int, int, int]],
) -> None:
    source, target, amount = item
    balance = await accounts[source].read()
    await accounts[source].write(balance - amount)
    balance = await accounts[target].read()
    await accounts[target].write(balance + amount)
    done.send_nowait(item)


async def transfer_all(
    accounts: Sequence[Account], transfers: Sequence[tuple[int, int, int]]
) -> None:
    """Carry out every transfer: the indexes of the payer and the payee, and the amount."""
    send, receive = anyio.create_memory_object_stream[tuple[int, int, int]](math.inf)
    waiting = list(transfers)
    running = 0
    free = set(range(len(accounts)))
    with send, receive:
        async with anyio.create_task_group() as group:
            while waiting or running:
                still_waiting = []
                for item in waiting:
                    if free.issuperset(item[:2]):
                        free.difference_update(item[:2])
                        running += 1
                        group.start_soon(transfer, accounts, item, send)
                    else:
                        still_waiting.append(item)
                waiting = still_waiting
                finished = await receive.receive()
                running -= 1
                free.update(finished[:2])
