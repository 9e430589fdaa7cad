"""A decorator that retries any function, told which errors are worth it."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import ParamSpec, Protocol, TypeVar

import anyio

P = ParamSpec("P")
T = TypeVar("T")


class Office(Protocol):
    async def post(self, reading: int) -> int: ...


def retrying(
    *errors: type[Exception], tries: int, pause: float, longest: float
) -> Callable[[Callable[P, Awaitable[T]]], Callable[P, Awaitable[T]]]:
    def decorate(function: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
        @wraps(function)
        async def retried(*args: P.args, **kwargs: P.kwargs) -> T:
            wait, left = min(pause, longest), tries
            while True:
                left -= 1
                try:
                    return await function(*args, **kwargs)
                except Exception as error:
                    if not left or not isinstance(error, errors):
                        raise
                await anyio.sleep(wait)
                wait = min(2 * wait, longest)

        return retried

    return decorate


async def send(office: Office, reading: int, tries: int, pause: float, longest: float) -> int:
    @retrying(ConnectionError, TimeoutError, tries=tries, pause=pause, longest=longest)
    async def post() -> int:
        return await office.post(reading)

    return await post()
