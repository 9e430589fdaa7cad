"""Plays `connect` on the real clock: an address that leads nowhere, one that refuses, and two that work."""

import anyio
from exercise import connect

from checker.example import play, say

SECONDS = {"2001:db8::1": 3.0, "2001:db8::2": 0.2, "192.0.2.1": 0.8, "192.0.2.2": 0.6}


class Network:
    async def open(self, address: str) -> int:
        say(f"{address} is called")
        try:
            await anyio.sleep(SECONDS[address])
        except anyio.get_cancelled_exc_class():
            say(f"{address} is not needed any more")
            raise
        if address.startswith("2001"):
            say(f"{address} fails")
            raise OSError(f"{address} cannot be reached")
        say(f"{address} answers")
        return int(address[-1])

    async def close(self, connection: int) -> None:
        await anyio.sleep(0.1)
        say(f"connection {connection} is closed")


async def main() -> None:
    say(f"connect returns connection {await connect(Network(), list(SECONDS), 0.5)}")


def run() -> None:
    play(main)


if __name__ == "__main__":
    run()
