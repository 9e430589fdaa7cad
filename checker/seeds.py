"""Seeds: what the inputs and the orders of a grading are drawn from.

A seed that somebody types is a number. It is for having a report again, and hides nothing: whoever
knows it, or tries all small numbers, knows what is drawn. A seed that the kit draws is a key of 128 bits, or of
256 for a sweep, written in letters. Nobody can try them all, and what is drawn from it (see
`checker/judge/chance.py`) tells nothing of it, nor of anything else that is drawn from it.
"""

import base64
import hashlib
import os
import re
from typing import Final, TypeAlias

Seed: TypeAlias = int | str
"""A number that somebody typed, or a key as letters."""

KEY: Final = re.compile(r"[a-z2-7]{26}|[a-z2-7]{52}")
"""What a key looks like: base32, of 16 or 32 bytes."""


def draw_seed() -> str:
    """A key for one grading, which a report names, so that the grading can be repeated."""
    return _as_letters(os.urandom(16))


def draw_secret() -> str:
    """A key for a sweep, which nobody is told."""
    return _as_letters(os.urandom(32))


def as_key(letters: str) -> bytes | None:
    """The bytes of a key, or None if that is no key."""
    if not KEY.fullmatch(letters):
        return None
    return base64.b32decode(letters.upper() + "=" * (-len(letters) % 8))


def seed_for(secret: Seed, content: bytes) -> Seed:
    """What a sweep with this seed draws from for one file. From a secret, every file has a key of its own:
    what a student is told of one file says nothing of the worlds in which the next one is tried."""
    key = as_key(secret) if isinstance(secret, str) else None
    if key is None:
        return secret
    return _as_letters(hashlib.blake2b(content, key=key, digest_size=32, person=b"file").digest())


def _as_letters(key: bytes) -> str:
    return base64.b32encode(key).decode("ascii").rstrip("=").lower()
