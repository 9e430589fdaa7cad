"""A task for each account, which alone touches it, and takes its changes from a stream: no locks."""

from collections.abc import Sequence
from typing import Protocol

import anyio
from anyio.abc import ObjectReceiveStream


class Account(Protocol):
    async def read(self) -> int: ...

    async def write(self, balance: int) -> None: ...


async def keep(account: Account, changes: ObjectReceiveStream[int]) -> None:
    async with changes:
        async for change in changes:
            balance = await account.read()
            await account.write(balance + change)


async def transfer_all(
    accounts: Sequence[Account], transfers: Sequence[tuple[int, int, int]]
) -> None:
    async with anyio.create_task_group() as group:
        inboxes = []
        for account in accounts:
            send, receive = anyio.create_memory_object_stream[int](2 * len(transfers))
            inboxes.append(send)
            group.start_soon(keep, account, receive)
        for source, target, amount in transfers:
            inboxes[source].send_nowait(-amount)
            inboxes[target].send_nowait(amount)
        for send in inboxes:
            send.close()
