"""What may be a key: looked at before a dict is made of what a stranger sent.

Python's strings have hashes that nobody can foresee, but tuples of numbers do not. A dict with thousands of
keys of one hash takes the square of their number to make, in a decoder that no limit interrupts.
"""

from typing import Final

from checker_sandbox.wire.limits import SMALL_MESSAGE


class UnfitKey(ValueError):
    """A key of a map is neither a string, bytes, an integer, a truth value nor nil."""


_SKIPPED: Final = {
    **dict.fromkeys((0xCC, 0xD0), 1),
    **dict.fromkeys((0xCD, 0xD1), 2),
    **dict.fromkeys((0xCA, 0xCE, 0xD2), 4),
    **dict.fromkeys((0xCB, 0xCF, 0xD3), 8),
    **{0xD4 + power: 1 + (1 << power) for power in range(5)},
}
"""How many bytes follow on a head that says so by itself: numbers, and extensions of a fixed size."""

_MEASURED: Final = {
    0xC4: (1, 0),
    0xC5: (2, 0),
    0xC6: (4, 0),
    0xC7: (1, 1),
    0xC8: (2, 1),
    0xC9: (4, 1),
    0xD9: (1, 0),
    0xDA: (2, 0),
    0xDB: (4, 0),
}
"""For bytes, extensions and strings: how many bytes say how many follow, and how many of these come before
that."""

_COUNTED: Final = {0xDC: (2, 1), 0xDD: (4, 1), 0xDE: (2, 2), 0xDF: (4, 2)}
"""For arrays and maps: how many bytes say how many parts there are, and how many values each part has."""

_UNFIT: Final = frozenset({0xCA, 0xCB, *range(0xC7, 0xCA), *range(0xD4, 0xD9)})
"""Heads of what cannot be a key, beside arrays and maps: floats and extensions."""


def expect_fit_keys(data: bytes | bytearray | memoryview) -> None:
    """Raise `UnfitKey` for MessagePack in which something else is a key. It is read once, from its beginning to
    its end; what is no MessagePack is left to the decoder. A small message can hold no more keys than are
    quickly compared."""
    if len(data) <= SMALL_MESSAGE:
        return
    position, end = 0, len(data)
    due: list[int] = []  # For each array or map that has begun, how many values are still to come.
    is_map: list[bool] = []
    while position < end:
        head = data[position]
        position += 1
        is_key = bool(due) and is_map[-1] and due[-1] % 2 == 0
        parts, each = 0, 0
        if 0x80 <= head <= 0x9F:
            each = 2 if head <= 0x8F else 1
            parts = head & 0x0F
        elif 0xA0 <= head <= 0xBF:
            position += head & 0x1F
        elif head in _COUNTED:
            width, each = _COUNTED[head]
            parts = int.from_bytes(data[position : position + width], "big")
            position += width
        elif head in _MEASURED:
            width, before = _MEASURED[head]
            position += int.from_bytes(data[position : position + width], "big") + width + before
        else:
            position += _SKIPPED.get(head, 0)
        if is_key and (each or head in _UNFIT):
            raise UnfitKey(f"a map with a key of type {head:#04x}")
        if parts:
            due.append(parts * each)
            is_map.append(each == 2)
            continue
        while due:
            due[-1] -= 1
            if due[-1]:
                break
            due.pop()
            is_map.pop()
