"""Write every page and picture that is made from the code, the course or the program itself."""

import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from checker.course import Chapter, Course
from documentation import chapters, commands, console, course_page, guide, reference

ROOT: Final = Path(__file__).parents[1]

BY_HAND: Final = (
    "index.md",
    "instructors.md",
    "judging.md",
    "primer.md",
    "troubleshooting.md",
)
"""The pages of `docs/` that are written by hand; only what their commands print is made."""


def makers(root: Path) -> dict[Path, Callable[[], str]]:
    """What makes the text of each file, by its path. Of the READMEs of chapters and of the pages that are
    written by hand, programs, timelines and what commands print are made, and the rest is kept."""
    course, docs = Course.load(root), root / "docs"
    made: dict[Path, Callable[[], str]] = {
        docs / "commands.md": commands.page,
        docs / "reference.md": reference.page,
        docs / "course.md": partial(course_page.page, course),
        docs / "course.svg": partial(course_page.drawing, course),
        docs / "writing.md": partial(guide.page, root / "CONTRIBUTING.md"),
    }
    for chapter in course.chapters:
        readme = chapter.folder / "README.md"
        if readme.exists():
            made[readme] = partial(_readme, readme, chapter)
            made[docs / "chapters" / f"{chapter.name}.md"] = partial(_copy, readme, chapter)
    for name in BY_HAND:
        made[docs / name] = partial(_by_hand, docs / name, root)
    return made


def _readme(path: Path, chapter: Chapter) -> str:
    return chapters.fill(path.read_text(encoding="utf-8"), chapter)


def _copy(readme: Path, chapter: Chapter) -> str:
    return chapters.copy(readme.read_text(encoding="utf-8"), chapter)


def _by_hand(path: Path, root: Path) -> str:
    return console.fill(path.read_text(encoding="utf-8"), root)


def main() -> None:
    for path, make in makers(ROOT).items():
        path.parent.mkdir(exist_ok=True)
        _write(path, make())
    try:
        from documentation import picture
    except ImportError as error:
        sys.exit(f"{error}; install what draws the picture: pip install -e '.[docs]'")
    _write(ROOT / picture.FILE, picture.draw(ROOT))


def _write(path: Path, text: str) -> None:
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
        print(f"written: {os.path.relpath(path)}")


if __name__ == "__main__":
    main()
