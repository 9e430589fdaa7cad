from typing import Protocol

import anyio


class Agency(Protocol):
    async def book_train(self) -> None: ...  # takes 1 second
    async def book_hotel(self) -> None: ...  # fails after 2 seconds
    async def book_boat(self) -> None: ...  # takes 5 seconds


async def train(agency: Agency) -> None:
    await agency.book_train()


async def hotel(agency: Agency) -> None:
    await agency.book_hotel()


async def boat(agency: Agency) -> None:
    await agency.book_boat()


async def trip(agency: Agency) -> None:
    async with anyio.create_task_group() as group:
        group.start_soon(train, agency)
        group.start_soon(hotel, agency)
        group.start_soon(boat, agency)
