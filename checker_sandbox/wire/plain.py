"""Plain data and plain text: the only values that may cross."""

from typing import Any, Final

from checker_sandbox.wire.limits import MAX_WORDS
from checker_sandbox.wire.reasons import Fault

MAX_DEPTH: Final = 32
MAX_ITEMS: Final = 20_000
MAX_TEXT: Final = 1 << 19
"""How many bytes and characters one plain value may hold in all."""


class NotPlain(TypeError):
    """A value that is not plain data cannot cross to the other side; its text says why, to whoever
    handed it over."""

    def __init__(self, text: str, fault: Fault = "type", kind: str = "", within: str = "") -> None:
        super().__init__(text)
        self.fault: Fault = fault
        self.kind = kind
        """The name of the type that does not belong there, if that is the fault."""
        self.within = within
        """The name of the type of the whole value, if the fault is something inside it."""


def plain(value: object, besides: type | None = None) -> Any:
    """Copy `value` as plain data, the only kind that may cross: exactly None, bool, int (64 bit),
    float, str or bytes, and lists, tuples and dicts of these. A tuple crosses as a list, and a kind
    of list, tuple or dict (a `defaultdict`, a named tuple) as what it is a kind of.

    What is an instance of `besides` passes as it is. Raises `NotPlain`, with a message for the
    learner, for anything else, and for too much of it.
    """
    return _Plain(value, besides).copy(value, MAX_DEPTH)


class _Plain:
    """Copies one value, and counts what it holds."""

    def __init__(self, whole: object, besides: type | None) -> None:
        self._whole = type(whole).__name__
        self._besides = besides
        self._items = 0
        self._text = 0

    def copy(self, value: object, depth: int) -> Any:
        self._items += 1
        if self._items > MAX_ITEMS:
            raise NotPlain(f"a value of more than {MAX_ITEMS:,} items", "items")
        kind = type(value)
        if value is None or kind is bool or kind is float:
            return value
        if kind is int:
            if not -(1 << 63) <= value < 1 << 63:  # type: ignore[operator]
                text = "an integer of more than 64 bits"
                raise NotPlain(text, "integer", within=self._within(depth))
            return value
        if kind is str or kind is bytes:
            return self._count(value, depth)
        if depth == 0:
            raise NotPlain(f"a value nested more than {MAX_DEPTH} deep", "depth")
        # What a subclass says of itself is not asked: only what it holds as what it is a kind of.
        if isinstance(value, list):
            return [self.copy(item, depth - 1) for item in list.__iter__(value)]
        if isinstance(value, tuple):
            return [self.copy(item, depth - 1) for item in tuple.__iter__(value)]
        if isinstance(value, dict):
            return {
                self._copy_key(key, depth): self.copy(item, depth - 1)
                for key, item in dict.items(value)
            }
        if self._besides is not None and isinstance(value, self._besides):
            return value
        raise NotPlain(indefinite(kind.__name__), "type", kind.__name__, self._within(depth))

    def _within(self, depth: int) -> str:
        return self._whole if depth < MAX_DEPTH else ""

    def _copy_key(self, key: object, depth: int) -> Any:
        if type(key) not in (str, int, bytes, bool, type(None)):
            kind = type(key).__name__
            text = f"a dict with {indefinite(kind)} as a key"
            raise NotPlain(text, "key", kind, self._within(depth))
        return self.copy(key, 0)

    def _count(self, value: Any, depth: int) -> Any:
        self._text += len(value)
        if self._text > MAX_TEXT:
            raise NotPlain(f"a value of more than {MAX_TEXT >> 10} KiB", "text")
        if type(value) is str:
            try:
                value.encode()
            except UnicodeEncodeError:
                text = "a string with a lone surrogate, which is not text"
                within = self._within(depth)
                raise NotPlain(text, "surrogate", within=within) from None
        return value


def indefinite(noun: str) -> str:
    """A noun with its article: `an int`."""
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"


def shortened(text: str, length: int = MAX_WORDS) -> str:
    """`text` cut to a length, and without what UTF-8 cannot hold."""
    # A submission's own kind of string is asked for its characters, and for nothing else.
    return str.__getitem__(text, slice(length)).encode(errors="backslashreplace").decode()
