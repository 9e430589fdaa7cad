"""Chance for worlds: numbers that repeat with the seed, and that give nothing away about each other.

The sandbox is told some of what is drawn (inputs, and a number from which ready tasks are shuffled), and
tokens in reports hold it. Python's own generator would be found from what it has drawn: from a small seed by
trying, and from enough numbers by solving equations. Where the seed is a key, numbers are a keyed hash of
how many there were before (BLAKE2 in counter mode), and whoever knows any of them can say nothing about
the others, nor about the key. Where it is a number that somebody typed, there is nothing to hide.
"""

from collections.abc import Callable
from hashlib import blake2b
from random import Random
from typing import Any, Final

from checker.seeds import as_key

_BLOCK: Final = 64
"""Bytes that are made at a time."""


def chance_of(label: str) -> Random:
    """What is drawn from for `label`: a seed, and after a `/` what it is drawn for."""
    seed, _, purpose = label.partition("/")
    key = as_key(seed)
    if key is None:
        return Random(label)
    return Sealed(blake2b(purpose.encode(), key=key, digest_size=32, person=b"purpose").digest())


def branch(random: Random) -> Random:
    """Another source of chance, which goes its own way, from the next numbers of this one."""
    if isinstance(random, Sealed):
        return Sealed(random.randbytes(32))
    return Random(random.getrandbits(64))


class Sealed(Random):
    """Draws a keyed hash of a counter. All other methods of `Random` are made from the two below."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._blocks = 0
        self._bits = 0
        self._left = 0
        super().__init__()

    def seed(self, *_: Any, **__: Any) -> None:
        """The key is all there is, and `Random` would ask the system for more."""

    def getrandbits(self, k: int, /) -> int:
        if k < 0:
            raise ValueError("number of bits must be non-negative")
        while self._left < k:
            counter = self._blocks.to_bytes(8)
            self._blocks += 1
            block = blake2b(counter, key=self._key, digest_size=_BLOCK, person=b"chance").digest()
            self._bits = self._bits << 8 * _BLOCK | int.from_bytes(block)
            self._left += 8 * _BLOCK
        self._left -= k
        drawn = self._bits >> self._left
        self._bits &= (1 << self._left) - 1
        return drawn

    def random(self) -> float:
        return self.getrandbits(53) / (1 << 53)

    def _has_no_state(self, *_: Any, **__: Any) -> Any:
        raise NotImplementedError("a source of chance with a key is not copied")

    getstate: Callable[..., Any] = _has_no_state
    setstate: Callable[..., Any] = _has_no_state
