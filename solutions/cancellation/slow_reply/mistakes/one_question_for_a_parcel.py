"""Lets customers with the same parcel share one question, which ends with the patience of the first of them.

Caught by: in_time, out_of_patience, reaches_the_caller
"""

from typing import Protocol

import anyio


class Courier(Protocol):
    """Knows where the parcels are. On some days it is slow, and on some it fails."""

    async def estimate(self, parcel: str) -> str: ...


class Question:
    def __init__(self) -> None:
        self.over = anyio.Event()
        self.estimate: str | None = None
        self.error: Exception | None = None


_open: dict[tuple[int, str], Question] = {}


async def arrival(courier: Courier, parcel: str, patience: float, usual: str) -> str:
    """Return what the courier says; if that takes more than `patience` seconds, what is usual."""
    key = id(courier), parcel
    if key in _open:
        question = _open[key]
        with anyio.move_on_after(patience):
            await question.over.wait()
            if question.error is not None:
                raise question.error
            if question.estimate is not None:
                return question.estimate
        return usual
    question = _open[key] = Question()
    try:
        with anyio.move_on_after(patience):
            question.estimate = await courier.estimate(parcel)
            return question.estimate
    except Exception as error:
        question.error = error
        raise
    finally:
        del _open[key]
        question.over.set()
    return usual
