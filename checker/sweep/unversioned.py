"""Marks stay out of Git: they are about people, and `git add .` is quickly typed.

A folder that the kit makes for marks gets a `.gitignore` of its own which ignores all that is in it, as
those of pytest, mypy and venv do. Whoever wants marks in a repository deletes that file; it is never
written again. Where marks go into a folder that was there before, `not_ignored` tells whether a repository
would take them.
"""

import contextlib
import os
import subprocess
from pathlib import Path
from typing import Final

__all__ = ["make_folder", "not_ignored"]

_SECONDS: Final = 10.0
"""Real seconds that Git may take to answer."""

_IGNORE: Final = "# Made by checker: marks are nobody else's business.\n*\n"


def make_folder(folder: Path) -> None:
    """Make a folder for marks, which Git ignores; one that has something in it stays as it is. Raises
    `OSError`."""
    folder.mkdir(parents=True, exist_ok=True)
    if not any(folder.iterdir()):
        (folder / ".gitignore").write_text(_IGNORE, encoding="utf-8")


def not_ignored(path: Path) -> str | None:
    """In words, that `git add .` would take a file that is going to be written; None if it would not."""
    place = Path(os.path.realpath(path))
    top = next((above for above in place.parents if (above / ".git").exists()), None)
    if top is None:
        return None
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        asked = subprocess.run(
            ["git", "-C", str(top), "check-ignore", "--quiet", "--", str(place)],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=_SECONDS,
        )
        if asked.returncode == 0:
            return None
    return (
        f"{path} is in the Git repository {top}, which does not ignore it: `git add .` would take it, "
        "with everybody's marks. Name a place outside, or add it to .gitignore"
    )
