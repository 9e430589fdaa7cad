"""What a workspace was given: a digest of each of its files as the kit wrote it. A file that still has its
digest is as it was given, and `checker update` may replace it; any other is the learner's.

The list is text, one file per line, as `sha256sum` writes and checks it:

    # tasklings 0.1.0
    2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae  exercises/blocking/...

Git merges it by keeping the lines of both sides, so a file may have several digests. What cannot be
understood is skipped: then a file is taken for the learner's, and nothing is lost.
"""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

__all__ = ["FILE", "digest", "listed", "read_given", "read_versions"]

FILE: Final = Path(".checker", "given.txt")
"""Where the list is, below the top of the workspace."""

_LINE: Final = re.compile(r"([0-9a-f]{64})  (.+)")
_VERSION: Final = re.compile(r"# tasklings (\S+)")


def digest(content: bytes) -> str:
    """The SHA-256 of a text, in hexadecimal. Spaces at the ends of lines and blank lines at the end do not
    count: editors change them of their own accord."""
    import hashlib  # Here, since most commands compare nothing, and it takes a while.

    plain = b"\n".join(line.rstrip() for line in content.splitlines()).rstrip()
    return hashlib.sha256(plain + b"\n").hexdigest()


def read_given(root: Path) -> dict[str, frozenset[str]]:
    """The digests of each file that the workspace at `root` was given, by its path there, with `/` between
    the parts."""
    given: dict[str, frozenset[str]] = {}
    for line in _lines(root):
        if found := _LINE.fullmatch(line):
            given[found[2]] = given.get(found[2], frozenset()) | {found[1]}
    return given


def read_versions(root: Path) -> list[str]:
    """The versions of the kit that have given something to the workspace last."""
    return [found[1] for line in _lines(root) if (found := _VERSION.fullmatch(line))]


def listed(given: Iterable[tuple[str, str]], version: str) -> str:
    """The list as it is written, of pairs of a digest and a file."""
    lines = [f"{of}  {file}\n" for file, of in sorted((file, of) for of, file in given)]
    return "".join([f"# tasklings {version}\n", *lines])


def _lines(root: Path) -> list[str]:
    try:
        return (root / FILE).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
