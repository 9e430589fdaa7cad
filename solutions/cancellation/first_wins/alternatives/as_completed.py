"""AnyIO's own helper cancels what is left when its block is left, so that a `return` inside does the whole job."""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Mirror(Protocol):
    async def read(self, gauge: str) -> int: ...


async def outcome(mirror: Mirror, gauge: str) -> int | Exception:
    try:
        return await mirror.read(gauge)
    except Exception as error:
        return error


async def water_level(mirrors: Sequence[Mirror], gauge: str) -> int:
    if not mirrors:
        raise ValueError("there is no mirror to ask")
    errors: list[Exception] = []
    async with anyio.as_completed(*(outcome(mirror, gauge) for mirror in mirrors)) as handles:
        async for handle in handles:
            found = handle.return_value
            if not isinstance(found, Exception):
                return found
            errors.append(found)
    raise ExceptionGroup("no mirror has an answer", errors)
