"""Plays `Reports` on the real clock: two people wait for the sales figures, and one comes later."""

import anyio
from exercise import Reports

from checker.example import play, say


class Office:
    async def make(self, report: str) -> None:
        await anyio.sleep(1.55)
        say(f"the {report} are ready")

    async def fetch(self, report: str, reader: str) -> str:
        say(f"    {reader} fetches the {report}")
        await anyio.sleep(0.5)
        return f"{report} for {reader}"


async def open_page(reports: Reports, reader: str, seconds: float) -> None:
    await anyio.sleep(seconds)
    say(f"{reader} opens the page")
    page = await reports.read("sales figures", reader)
    say(f"        {reader} reads the {page}")


async def main() -> None:
    reports = Reports(Office())
    async with anyio.create_task_group() as group:
        group.start_soon(open_page, reports, "Ada", 0.0)
        group.start_soon(open_page, reports, "Ben", 0.7)
        group.start_soon(open_page, reports, "Cleo", 2.0)
        await reports.make("sales figures")


def run() -> None:
    play(main)


if __name__ == "__main__":
    run()
