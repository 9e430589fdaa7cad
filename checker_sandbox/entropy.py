"""The system's own randomness, made to repeat.

A run is judged, replayed and shrunk, so all that it draws must come out the same each time. `random` is
seeded for that. What asks the system for secrets (`secrets`, `uuid4`, `SystemRandom`, `os.urandom`) is
answered from the same seed here. Nothing in a run needs a real secret: there is nobody to keep it from.

A program that opens `/dev/urandom` itself still gets what nobody can repeat; the judge then sees that
its runs differ.
"""

import operator
import os
import random
from typing import Any, TypeAlias

__all__ = ["State", "install", "renew", "restore", "state"]

State: TypeAlias = tuple[tuple[Any, ...], tuple[Any, ...]]

_source = random.Random()


def install() -> None:
    """Answer from here on in the place of the system."""
    os.urandom = _urandom
    if hasattr(os, "getrandom"):
        os.getrandom = _getrandom
    random._urandom = _urandom  # type: ignore[attr-defined]  # SystemRandom's own name for it.


def renew(seed: int) -> None:
    """From here on, everything random follows from `seed`."""
    random.seed(seed)
    _source.seed(f"system {seed}")


def state() -> State:
    """What all that is drawn from here on follows from."""
    return random.getstate(), _source.getstate()


def restore(before: State) -> None:
    """From here on, draw what was drawn after that `state`."""
    random.setstate(before[0])
    _source.setstate(before[1])


def _urandom(size: int, /) -> bytes:
    if operator.index(size) < 0:
        raise ValueError("negative argument not allowed")
    return _source.randbytes(size)


def _getrandom(size: int, flags: int = 0) -> bytes:
    return _urandom(size)
