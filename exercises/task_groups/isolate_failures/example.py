"""Plays `inspect_all` on the real clock: three domains, of which one does not answer."""

import anyio
from exercise import inspect_all

from checker.example import play, say

DOMAINS = {"books.example": (87, 0.5), "shoes.example": (None, 1.0), "tea.example": (0, 1.5)}


class Inspector:
    async def days_left(self, domain: str) -> int:
        days, seconds = DOMAINS[domain]
        try:
            await anyio.sleep(seconds)
        except anyio.get_cancelled_exc_class():
            say(f"the inspection of {domain} is cancelled")
            raise
        if days is None:
            raise ConnectionError(f"{domain} does not answer")
        return days


class Page:
    def show_days(self, domain: str, days: int) -> None:
        say(f"the page shows {domain}: {days} days")

    def show_error(self, domain: str, text: str) -> None:
        say(f"the page shows {domain}: {text}")


async def main() -> None:
    try:
        await inspect_all(Inspector(), Page(), list(DOMAINS))
    except* ConnectionError as errors:
        say(f"inspect_all raises {errors.exceptions[0]!r}")
    else:
        say("inspect_all returns")


def run() -> None:
    play(main)


if __name__ == "__main__":
    run()
