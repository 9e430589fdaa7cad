from typing import Protocol

import anyio


class Office(Protocol):
    async def answer_phone(self) -> None: ...  # takes 1 second
    async def fetch_paper(self) -> None: ...  # takes half a second
    def print_page(self) -> None: ...  # takes 2 seconds; an ordinary method


async def answer(office: Office) -> None:
    for _ in range(3):
        await office.answer_phone()


async def work(office: Office) -> None:
    await office.fetch_paper()
    office.print_page()


async def morning(office: Office) -> None:
    async with anyio.create_task_group() as group:
        group.start_soon(answer, office)
        group.start_soon(work, office)
