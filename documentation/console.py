"""What the pages show of a terminal is what the commands print.

A `console` block has commands, each after `$ `, and below each what it prints. They run in a fresh copy
of the course, one after another, all those of a page in the same one. A last line `  ...` says that there
is more; as many lines are shown as stand there now.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from checker.course import Course

_BLOCK: Final = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.M)
_MORE: Final = "  ..."


def fill(text: str, root: Path) -> str:
    """The page, with what its commands print now. Raises `RuntimeError` if one cannot be run."""
    if not _BLOCK.search(text):
        return text
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "tasklings"
        _copy(root, place)
        return _BLOCK.sub(lambda block: f"```console\n{_block(block[1], place)}```", text)


def _copy(root: Path, place: Path) -> None:
    """The course as it is shipped: whoever runs this may have fixed an exercise."""
    for name in ("exercises", "solutions"):
        shutil.copytree(root / name, place / name, ignore=shutil.ignore_patterns("__pycache__"))
    for exercise in Course.load(place):
        exercise.file.write_bytes(exercise.starter)


def _block(shown: str, place: Path) -> str:
    parts = []
    for command, before in re.findall(r"^\$ ([^\n]*)\n(.*?)(?=^\$ |\Z)", shown, re.DOTALL | re.M):
        lines = _run(command, place).splitlines()
        kept = before.splitlines()
        # A blank line between two commands is the page's own.
        gap = "\n" if kept and not kept[-1] else ""
        while kept and not kept[-1]:
            kept.pop()
        if kept and kept[-1] == _MORE:
            lines = [*lines[: len(kept) - 1], _MORE]
        parts.append("".join(f"{line}\n" for line in (f"$ {command}", *lines)) + gap)
    return "".join(parts)


def _run(command: str, place: Path) -> str:
    unwanted = ("COLUMNS", "NO_COLOR", "FORCE_COLOR")
    environment = {key: value for key, value in os.environ.items() if key not in unwanted}
    environment |= {
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])),
        "LANGUAGE": "C",
        "PYTHONUTF8": "1",
    }
    ran = subprocess.run(
        ["bash", "-c", command],
        cwd=place,
        env=environment,
        capture_output=True,
        encoding="utf-8",
    )
    if ran.returncode not in (0, 1, 2):
        raise RuntimeError(f"{command}: exit code {ran.returncode}\n{ran.stdout}{ran.stderr}")
    # How far it is, on the error stream, depends on the machine; why it could do nothing does not.
    said = ran.stdout + (ran.stderr if ran.returncode == 2 else "")
    return said.replace(str(place), "~/tasklings")
