"""The errors that come out of a submission: which ones are inside a group, and where they came from."""

import re
from collections.abc import Iterator, Sequence
from itertools import chain

from checker.judge.trace import Call, ErrorTree


def leaves(error: ErrorTree) -> Iterator[ErrorTree]:
    """The exceptions that are no groups, of `error` and inside it, from left to right."""
    if error.children:
        yield from chain.from_iterable(map(leaves, error.children))
    else:
        yield error


def is_in(call: Call, errors: Sequence[ErrorTree]) -> bool:
    """Whether the very exception with which `call` failed is one of `errors`."""
    return any(error.call == call.number for error in errors)


def is_of_asyncio(error: ErrorTree) -> bool:
    """Whether this is what asyncio's own functions raise where asyncio does not run."""
    return bool(
        re.search(
            "no (running|current) event loop|has no attribute 'create_future'|unrecognized yield message",
            error.message,
        )
    )
