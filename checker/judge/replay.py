"""Tokens: short texts, each of which is enough to reproduce one run of a check."""

import base64
import binascii
import zlib
from dataclasses import dataclass

import msgspec

from checker.judge.choices import Replay
from checker.translation import _
from checker_sandbox.wire.plain import shortened


class BadToken(Exception):
    """A token that no report holds, or that belongs to another exercise or version; says so."""


class _Token(msgspec.Struct, frozen=True, array_like=True):
    check: int
    backend: int
    inputs: list[int] = []
    events: list[int] = []


@dataclass(frozen=True, slots=True)
class Address:
    """Which run is meant: of which check, on which backend, and by which choices."""

    check: int
    """The index of the check in its exercise."""
    backend: int
    """The index of the backend in `report.BACKENDS`."""
    replay: Replay


def encode_token(address: Address, belongs_to: str) -> str:
    """A short text for a run: letters and digits. `belongs_to` names what it is a run of."""
    replay = address.replay
    token = _Token(address.check, address.backend, list(replay.inputs), list(replay.events))
    payload = zlib.compress(msgspec.msgpack.encode(token), 9, -15)
    return base64.b32encode(_seal(payload, belongs_to) + payload).decode().rstrip("=").lower()


def decode_token(text: str, belongs_to: str) -> Address:
    """The run that `text` stands for. Raises `BadToken`."""
    refusal = BadToken(
        _(
            "{token!r} is not a token for {exercise} in this version; copy one from a report, exactly "
            "as it stands there",
            token=shortened(text, MAX_SAID),
            exercise=belongs_to,
        )
    )
    try:
        data = base64.b32decode(text.strip().upper() + "=" * (-len(text.strip()) % 8))
        seal, payload = data[:2], data[2:]
        if seal != _seal(payload, belongs_to):
            raise refusal
        unpacked = zlib.decompressobj(-15).decompress(payload, MAX_TOKEN)
        token = msgspec.msgpack.decode(unpacked, type=_Token)
    except (binascii.Error, zlib.error, msgspec.MsgspecError, ValueError):
        raise refusal from None
    if min([token.check, token.backend, *token.inputs, *token.events]) < 0:
        raise refusal
    return Address(token.check, token.backend, Replay(tuple(token.inputs), tuple(token.events)))


MAX_TOKEN = 1 << 20
"""Bytes of a token when it is unpacked."""

MAX_SAID = 100
"""How many characters of a wrong token are quoted."""


def _seal(payload: bytes, belongs_to: str) -> bytes:
    return (zlib.crc32(payload + belongs_to.encode()) & 0xFFFF).to_bytes(2, "big")
