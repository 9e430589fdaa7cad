"""Connect to a server that has several addresses."""

from collections.abc import Sequence
from typing import Protocol


class Network(Protocol):
    """Opens connections, and knows each one by a number."""

    async def open(self, address: str) -> int: ...

    async def close(self, connection: int) -> None: ...


async def connect(network: Network, addresses: Sequence[str], delay: float) -> int:
    """Return a connection to one of the addresses."""
    errors: list[OSError] = []
    for address in addresses:
        try:
            return await network.open(address)
        except OSError as error:
            errors.append(error)
    raise ExceptionGroup("no address answers", errors)


if __name__ == "__main__":  # `python exercise.py` plays it on the real clock.
    import example

    example.run()
