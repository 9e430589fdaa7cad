"""Plain data and plain text: the only values that may cross."""

from typing import Any, Final

from checker_sandbox.wire.limits import MAX_WORDS

MAX_DEPTH: Final = 32
MAX_ITEMS: Final = 20_000
MAX_TEXT: Final = 1 << 19
"""How many bytes and characters one plain value may hold in all."""


class NotPlain(TypeError):
    """A value that is not plain data cannot cross to the other side; its text says why."""

    def __init__(self, text: str, kind: str = "") -> None:
        super().__init__(text)
        self.kind = kind
        """The name of its type, if that is what keeps it from crossing."""


def plain(value: object, besides: type | None = None) -> Any:
    """Copy `value` as plain data, the only kind that may cross: exactly None, bool, int (64 bit),
    float, str or bytes, and lists, tuples and dicts of these. A tuple crosses as a list, and a kind
    of list, tuple or dict (a `defaultdict`, a named tuple) as what it is a kind of.

    What is an instance of `besides` passes as it is. Raises `NotPlain`, with a message for the
    learner, for anything else, and for too much of it.
    """
    return _Plain(besides).copy(value, MAX_DEPTH)


class _Plain:
    """Copies one value, and counts what it holds."""

    def __init__(self, besides: type | None) -> None:
        self._besides = besides
        self._items = 0
        self._text = 0

    def copy(self, value: object, depth: int) -> Any:
        self._items += 1
        if self._items > MAX_ITEMS:
            raise NotPlain(f"a value of more than {MAX_ITEMS:,} items")
        kind = type(value)
        if value is None or kind is bool or kind is float:
            return value
        if kind is int:
            if not -(1 << 63) <= value < 1 << 63:  # type: ignore[operator]
                raise NotPlain("an integer of more than 64 bits")
            return value
        if kind is str or kind is bytes:
            return self._count(value)
        if depth == 0:
            raise NotPlain(f"a value nested more than {MAX_DEPTH} deep")
        # What a subclass says of itself is not asked: only what it holds as what it is a kind of.
        if isinstance(value, list):
            return [self.copy(item, depth - 1) for item in list.__iter__(value)]
        if isinstance(value, tuple):
            return [self.copy(item, depth - 1) for item in tuple.__iter__(value)]
        if isinstance(value, dict):
            return {
                self._copy_key(key): self.copy(item, depth - 1) for key, item in dict.items(value)
            }
        if self._besides is not None and isinstance(value, self._besides):
            return value
        raise NotPlain(indefinite(kind.__name__), kind.__name__)

    def _copy_key(self, key: object) -> Any:
        if type(key) not in (str, int, bytes, bool, type(None)):
            raise NotPlain(f"a dict with {indefinite(type(key).__name__)} as a key")
        return self.copy(key, 0)

    def _count(self, value: Any) -> Any:
        self._text += len(value)
        if self._text > MAX_TEXT:
            raise NotPlain(f"a value of more than {MAX_TEXT >> 10} KiB")
        if type(value) is str:
            try:
                value.encode()
            except UnicodeEncodeError:
                raise NotPlain("a string with a lone surrogate, which is not text") from None
        return value


def indefinite(noun: str) -> str:
    """A noun with its article: `an int`."""
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"


def shortened(text: str, length: int = MAX_WORDS) -> str:
    """`text` cut to a length, and without what UTF-8 cannot hold."""
    # A submission's own kind of string is asked for its characters, and for nothing else.
    return str.__getitem__(text, slice(length)).encode(errors="backslashreplace").decode()
