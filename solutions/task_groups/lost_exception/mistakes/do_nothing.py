"""Returns at once and uploads nothing.

Caught by: error_reaches_the_caller, others_are_cancelled, not_announced, good_release
"""

from collections.abc import Sequence
from typing import Protocol


class Server(Protocol):
    async def upload(self, file: str) -> None: ...

    async def announce(self, version: str) -> None: ...


async def publish(server: Server, version: str, files: Sequence[str]) -> None:
    return None
