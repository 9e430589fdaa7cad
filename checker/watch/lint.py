"""What flake8-async says of a file, if it is installed. It only reads the file, and never runs it."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import anyio

from checker.translation import _

SECONDS: Final = 30.0
"""Real seconds that it may take."""

_REMARK: Final = re.compile(r"^.*?:(\d+):\d+: (ASYNC\d+ .*)$", re.MULTILINE)


async def remarks(file: Path) -> list[str] | None:
    """A sentence for each thing that it would write otherwise, with its line; None if it is not there,
    or has no answer."""
    if importlib.util.find_spec("flake8_async") is None:
        return None
    words = [sys.executable, "-m", "flake8_async", "--anyio", str(file)]
    with anyio.move_on_after(SECONDS):
        try:
            done = await anyio.run_process(
                words, check=False, stdin=subprocess.DEVNULL, start_new_session=True
            )
        except OSError:
            return None
        if done.returncode in (0, 1):
            found = _REMARK.findall(done.stdout.decode(errors="replace"))
            return [_("line {line}: {text}", line=line, text=text) for line, text in found]
    return None
