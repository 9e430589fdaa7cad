"""One run of a check, said so exactly that it can be had again: what a token stands for."""

import base64
import binascii
import dataclasses
import zlib
from dataclasses import dataclass

import msgspec

from checker.judge.schedule import Recorded, Schedule, Timed


class BadToken(Exception):
    """A token that no report holds, or that belongs to another exercise or version; says so."""


@dataclass(frozen=True, slots=True)
class Replay:
    """One world of a check: the one to go to at once, and what happens in it.

    A check goes through its loops over worlds (`Case.schedules` and such) in order. With `loop`
    None none is meant in particular, and the check is replayed as it was.
    """

    loop: int | None = None
    """Which loop, from 0."""
    world: int = 0
    """Which world of that loop, from 0."""
    choices: tuple[int, ...] | None = None
    """What the schedule chose; None if every call took its latency."""
    order: int = 0
    """What the order of ready tasks is drawn from, where the backend leaves it open."""
    without: frozenset[tuple[int, int]] = frozenset()
    """What was left out of the inputs: the number of the list and the index in it."""

    def schedule(self) -> Schedule:
        return Timed() if self.choices is None else Recorded(self.choices)

    def trimmed(self, choices: list[int]) -> "Replay":
        """The same with `choices` in place of its own, without those at the end that change
        nothing."""
        while choices and choices[-1] == 0:
            choices = choices[:-1]
        return dataclasses.replace(self, choices=tuple(choices))


class _Token(msgspec.Struct, frozen=True, array_like=True):
    check: int
    backend: int
    seed: int
    loop: int | None = None
    world: int = 0
    choices: list[int] | None = None
    order: int = 0
    without: list[int] = []
    """For each list of inputs its number, and its indices as the bits of a number."""


@dataclass(frozen=True, slots=True)
class Address:
    """Which run is meant: of which check, on which backend, with which seed, and how."""

    check: int
    """The index of the check in its exercise."""
    backend: int
    """The index of the backend in `report.BACKENDS`."""
    seed: int
    replay: Replay


def encode_token(address: Address, belongs_to: str) -> str:
    """A short text for a run: letters and digits. `belongs_to` names what it is a run of."""
    replay = address.replay
    token = _Token(
        address.check,
        address.backend,
        address.seed,
        replay.loop,
        replay.world,
        None if replay.choices is None else list(replay.choices),
        replay.order,
        _packed(replay.without),
    )
    fields = msgspec.to_builtins(token)
    defaults: list[object] = [None, 0, None, 0, []]
    while len(fields) > 3 and fields[-1] == defaults[len(fields) - 4]:
        fields.pop()
    payload = msgspec.msgpack.encode(fields)
    return base64.b32encode(_seal(payload, belongs_to) + payload).decode().rstrip("=").lower()


def decode_token(text: str, belongs_to: str) -> Address:
    """The run that `text` stands for. Raises `BadToken`."""
    refusal = BadToken(
        f"{text!r} is no token of {belongs_to} in this version; take one from a report of it, as it "
        "stands there"
    )
    try:
        data = base64.b32decode(text.strip().upper() + "=" * (-len(text.strip()) % 8))
        seal, payload = data[:2], data[2:]
        if seal != _seal(payload, belongs_to):
            raise refusal
        token = msgspec.msgpack.decode(payload, type=_Token)
    except (binascii.Error, msgspec.MsgspecError, ValueError):
        raise refusal from None
    replay = Replay(
        token.loop,
        token.world,
        None if token.choices is None else tuple(token.choices),
        token.order,
        _unpacked(token.without),
    )
    return Address(token.check, token.backend, token.seed, replay)


def _packed(without: frozenset[tuple[int, int]]) -> list[int]:
    masks: dict[int, int] = {}
    for number, index in sorted(without):
        masks[number] = masks.get(number, 0) | 1 << index
    return [field for entry in masks.items() for field in entry]


def _unpacked(fields: list[int]) -> frozenset[tuple[int, int]]:
    return frozenset(
        (number, index)
        for number, mask in zip(fields[::2], fields[1::2], strict=True)
        for index in range(mask.bit_length())
        if mask >> index & 1
    )


def _seal(payload: bytes, belongs_to: str) -> bytes:
    return (zlib.crc32(payload + belongs_to.encode()) & 0xFFFF).to_bytes(2, "big")
