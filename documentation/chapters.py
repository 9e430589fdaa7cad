"""The README of a chapter: its program and the timeline of it are made, all else is written by hand.

    <!-- program: breakfast -->       the block after this is the file of that example
    <!-- timeline: breakfast -->      and the block after this is what `checker run` draws of it

The examples are a small course of their own, in `documentation/examples`.
"""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

from checker.course import Chapter

EXAMPLES: Final = Path(__file__).parent / "examples"

_MARKED: Final = re.compile(
    r"(?P<mark><!-- (?P<what>program|timeline): (?P<name>\w+) -->\n)```.*?^```$", re.DOTALL | re.M
)


def fill(text: str, chapter: Chapter) -> str:
    """The README, with its programs and timelines as they are now."""

    def block(match: re.Match[str]) -> str:
        if match["what"] == "program":
            file = EXAMPLES / "exercises" / chapter.name / match["name"] / "exercise.py"
            return f"{match['mark']}```python\n{file.read_text(encoding='utf-8')}```"
        return f"{match['mark']}```text\n{timeline(match['name'])}```"

    return _MARKED.sub(block, text)


def timeline(name: str) -> str:
    """What `checker run` draws of an example, without its margin."""
    # What it prints must not depend on who asks.
    environment = {key: value for key, value in os.environ.items() if key != "COLUMNS"}
    ran = subprocess.run(
        [sys.executable, "-m", "checker", "run", name, "--seed", "7", "--backend", "asyncio"],
        cwd=EXAMPLES,
        env=environment | {"LANGUAGE": "C", "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
    )
    drawn = ran.stdout.partition("  Who did what when\n\n")[2].partition("\n\n")[0]
    if not drawn:
        raise RuntimeError(f"`checker run {name}` drew nothing: {ran.stdout}{ran.stderr}")
    return "".join(f"{line.removeprefix('  ')}\n" for line in drawn.splitlines())


def copy(text: str, chapter: Chapter) -> str:
    """The README as a page of the site, which lies elsewhere."""
    said = re.sub(r"<!-- (program|timeline): \w+ -->\n", "", text)
    return (
        f"<!-- Made from exercises/{chapter.name}/README.md by `python -m documentation`. -->\n\n"
        + said.replace("](../../docs/", "](../")
    )
