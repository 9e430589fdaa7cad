"""The picture for the README: what a real terminal shows of `checker run`, as an SVG file.

The program runs in a pseudo-terminal, so that it writes its colours, and rich turns these into SVG. The
fonts are the reader's own: the picture loads nothing. It is a dark window, which can be read on a light
page and on a dark one.
"""

import fcntl
import os
import pty
import struct
import subprocess
import sys
import tempfile
import termios
from io import StringIO
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from checker.course import Course

FILE: Final = "docs/lost_update.svg"

WORDS: Final = ("run", "lost_update", "--seed", "7")
"""What comes after `checker`."""

COLUMNS: Final = 84

LEFT_OUT: Final = "  ..."

_THEME: Final = TerminalTheme(
    (22, 27, 34),
    (230, 237, 243),
    [
        (72, 79, 88),
        (255, 123, 114),
        (86, 211, 100),
        (227, 179, 65),
        (121, 192, 255),
        (210, 168, 255),
        (86, 212, 221),
        (177, 186, 196),
    ],
)

_FORMAT: Final = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">
<title>$ checker {command}</title>
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", \
monospace; font-size: {char_height}px; line-height: {line_height}px; white-space: pre }}
{styles}
</style>
<defs>{lines}</defs>
<rect width="{width}" height="{height}" rx="8" fill="#161b22" stroke="#8b949e"/>
<circle cx="24" cy="22" r="7" fill="#ff5f57"/>
<circle cx="48" cy="22" r="7" fill="#febc2e"/>
<circle cx="72" cy="22" r="7" fill="#28c840"/>
<g transform="translate(9, 41)" class="{unique_id}-matrix">{backgrounds}{matrix}</g>
</svg>
"""


def draw(root: Path) -> str:
    """The picture. It is of the exercise as it was shipped, whatever a learner has made of it."""
    shown = parts(session(root))
    console = Console(record=True, width=COLUMNS, file=StringIO(), legacy_windows=False)
    console.print(Text.from_ansi("\n".join(shown)), soft_wrap=True)
    height = len(shown) * 20 * 1.22 + 60
    facts = {"width": f"{COLUMNS * 12.2 + 24:.0f}", "height": f"{height:.0f}"}
    template = _FORMAT
    for name, fact in (facts | {"command": " ".join(WORDS)}).items():
        template = template.replace(f"{{{name}}}", fact)
    return console.export_svg(theme=_THEME, code_format=template, unique_id="checker")


def parts(said: str) -> list[str]:
    """The lines to be seen: the message and the timeline, without the list of steps between them."""
    lines = said.splitlines()
    steps = next(n for n, line in enumerate(lines) if "What happened" in line and "\x1b[1m" in line)
    timeline = next(n for n, line in enumerate(lines) if "Who did what when" in line)
    return [
        f"\x1b[1;32m$\x1b[0m \x1b[1mchecker {' '.join(WORDS)}\x1b[0m",
        *lines[:steps],
        f"\x1b[2m{LEFT_OUT}\x1b[0m",
        "",
        *lines[timeline:],
    ]


def session(root: Path) -> str:
    """All that the program writes to a terminal, in colour."""
    with tempfile.TemporaryDirectory() as place:
        for exercise in Course.load(root):
            file = Path(place) / exercise.file.relative_to(root)
            file.parent.mkdir(parents=True)
            file.write_bytes(exercise.starter)
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 60, COLUMNS, 0, 0))
        unwanted = ("NO_COLOR", "COLUMNS", "LINES")
        environment = {key: value for key, value in os.environ.items() if key not in unwanted}
        environment |= {"TERM": "xterm-256color", "LANGUAGE": "C", "PYTHONUTF8": "1"}
        program = subprocess.Popen(
            [sys.executable, "-m", "checker", *WORDS, "--submission", place],
            cwd=root,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=theirs,
        )
        os.close(theirs)
        said = b""
        # At the end of the program, macOS answers nothing, and Linux with an error.
        try:
            while read := os.read(ours, 1 << 16):
                said += read
        except OSError:
            pass
        finally:
            os.close(ours)
        program.wait()
    return said.decode("utf-8").replace("\r\n", "\n")
