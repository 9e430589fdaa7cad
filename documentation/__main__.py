"""Write every page and picture that is made from the code, the course or the program itself."""

import os
import sys
from pathlib import Path
from typing import Final

from checker.course import Course
from documentation import chapters, commands, console, course_page, guide, reference

ROOT: Final = Path(__file__).parents[1]

BY_HAND: Final = (
    "index.md",
    "instructors.md",
    "judging.md",
    "primer.md",
    "scale.md",
    "troubleshooting.md",
)
"""The pages that are written by hand; only what their commands print is made."""


def pages(root: Path) -> dict[Path, str]:
    """The text of each file that is made, by its path. The READMEs of the chapters are among them: their
    programs and timelines are made, and the rest of them is kept. So are the pages that are written by
    hand: what their commands print is made."""
    course = Course.load(root)
    made: dict[Path, str] = {
        root / "docs" / "commands.md": commands.page(),
        root / "docs" / "reference.md": reference.page(),
        root / "docs" / "course.md": course_page.page(course),
        root / "docs" / "course.svg": course_page.drawing(course),
        root / "docs" / "writing.md": guide.page(root / "CONTRIBUTING.md"),
    }
    for chapter in course.chapters:
        readme = chapter.folder / "README.md"
        if readme.exists():
            text = chapters.fill(readme.read_text(encoding="utf-8"), chapter)
            made[readme] = text
            made[root / "docs" / "chapters" / f"{chapter.name}.md"] = chapters.copy(text, chapter)
    for name in BY_HAND:
        path = root / "docs" / name
        made[path] = console.fill(path.read_text(encoding="utf-8"), root)
    return made


def main() -> None:
    for path, text in pages(ROOT).items():
        path.parent.mkdir(exist_ok=True)
        _write(path, text)
    try:
        from documentation import picture
    except ImportError as error:
        sys.exit(f"{error}; install what the picture needs: pip install -e '.[docs]'")
    _write(ROOT / picture.FILE, picture.draw(ROOT))


def _write(path: Path, text: str) -> None:
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
        print(f"written: {os.path.relpath(path)}")


if __name__ == "__main__":
    main()
