"""The fingerprint of everything that a verdict depends on besides the seed: the submitted file, the
exercise, the kit, and what they run on. Each is a version, or a SHA-256 in hexadecimal."""

import hashlib
import platform
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Final

from checker.course import Exercise
from checker.submission import Source

_KIT: Final = ("checker/report.py", "checker/recording.py", "checker/judge", "checker_sandbox")
"""What of the kit a verdict depends on."""


@cache
def kit_digest() -> str:
    folder = Path(__file__).parents[2]
    files = sorted(
        file
        for name in _KIT
        for file in ([folder / name] if name.endswith(".py") else (folder / name).rglob("*.py"))
    )
    whole = hashlib.sha256()
    for file in files:
        whole.update(
            file.relative_to(folder).as_posix().encode() + b"\0" + file.read_bytes() + b"\0"
        )
    return whole.hexdigest()


def exercise_digest(exercise: Exercise) -> str:
    whole = hashlib.sha256()
    for content in (
        (exercise.folder / "checks.py").read_bytes(),
        exercise.driver or b"",
        exercise.starter,
        exercise.title.encode(),
    ):
        whole.update(len(content).to_bytes(8, "big") + content)
    return whole.hexdigest()


def source_digest(source: Source) -> str:
    """That of a submitted file; empty if there is no content to judge."""
    if source.missing or source.fault is not None or source.obstacle is not None:
        return ""
    return hashlib.sha256(source.content).hexdigest()


def versions_in_use() -> dict[str, str]:
    return {
        "tasklings": metadata.version("tasklings"),
        "python": platform.python_version(),
        "anyio": metadata.version("anyio"),
        "trio": metadata.version("trio"),
    }
