"""The author's proof that the example of an exercise plays: on the real clock, in processes of its own.

With the solution it comes to its end on both backends and prints something. With the starter it may raise,
as a learner is to see, but it must not go on for ever: so where the starter does, the example gives up.
"""

import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from checker.course import Exercise
from checker.report import BACKENDS

_SOLUTION: Final = "solution"

LONGEST: Final = 60.0
"""Real seconds that an example may take: a dozen times what it should, since a machine may be busy."""

MAX_LINES: Final = 12
"""How many lines of what it said last are shown."""


def prove(exercise: Exercise) -> list[str]:
    """What is wrong with the example of an exercise, if it has one. Takes as long as one play."""
    if not exercise.example.is_file():
        return []
    files = [exercise.solutions / f"{name}.py" for name in ("starter", _SOLUTION)]
    units = [
        (file.stem, file.read_bytes(), backend)
        for file in files
        if file.is_file()  # If it is not, that is told elsewhere.
        for backend in BACKENDS
    ]
    with ThreadPoolExecutor(len(units) or 1) as pool:
        found = pool.map(lambda unit: _play(exercise, *unit), units)
        return [fault for fault in found if fault]


def _play(exercise: Exercise, name: str, content: bytes, backend: str) -> str:
    """What is wrong when the example is played with this file; nothing if all is well."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "exercise.py").write_bytes(content)
        (place / "example.py").write_bytes(exercise.example.read_bytes())
        words = [sys.executable, str(place / "example.py"), "--backend", backend]
        try:
            played = subprocess.run(
                words,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
                timeout=LONGEST,
            )
        except subprocess.TimeoutExpired:
            return (
                f"with the {name} on {backend} it does not come to an end; give up after a few "
                "seconds, with `anyio.move_on_after`, and say so"
            )
    said = played.stdout.decode("utf-8", "replace").splitlines()
    if played.returncode and name == _SOLUTION:
        last = "\n".join(said[-MAX_LINES:])
        return f"with the {name} on {backend} it does not come to its end:\n{last}"
    if not said:
        return f"with the {name} on {backend} it prints nothing"
    return ""
