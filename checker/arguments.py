"""The words of a command line as values, for `checker` and for the options of the pytest plugin.

Each of these is a `type` for `argparse`, and raises `argparse.ArgumentTypeError`.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

from checker.seeds import KEY, Seed
from checker.translation import _

__all__ = ["file_named", "number_up_to", "seed"]


def seed(text: str) -> Seed:
    """A seed: a whole number from 0 to 2^63 - 1, or the letters of one that was drawn."""
    if KEY.fullmatch(text):
        return text
    try:
        number = int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            _("{text!r} is not a whole number, nor the seed of a report", text=text)
        ) from None
    if not 0 <= number < 1 << 63:
        raise argparse.ArgumentTypeError(_("a seed is a whole number from 0 to 2^63 - 1"))
    return number


def number_up_to(most: int) -> Callable[[str], int]:
    """How many there are to be of something: a number from 1 to `most`."""

    def number(text: str) -> int:
        if not text.isdecimal() or not 1 <= int(text) <= most:
            raise argparse.ArgumentTypeError(
                _("{text!r} is not a number from 1 to {most}", text=text, most=most)
            )
        return int(text)

    return number


def file_named(*endings: str) -> Callable[[str], Path]:
    """A file to write, with one of these endings: what is there already is replaced, and must not be
    somebody's program."""

    def file(text: str) -> Path:
        if not text.lower().endswith(endings):
            raise argparse.ArgumentTypeError(
                _(
                    "{text!r} does not end with {ending}; name a file, such as run{ending}",
                    text=text,
                    ending=endings[0],
                )
            )
        return Path(text)

    return file
