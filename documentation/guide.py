"""The guide for those who write exercises: it stands in CONTRIBUTING.md, and is a page of the site too."""

import re
from pathlib import Path
from typing import Final

FIRST: Final = "## An exercise, from beginning to end\n"
AFTER: Final = "## Working on the checker\n"


def page(contributing: Path) -> str:
    """The page. Raises `ValueError` if the guide is not where it was."""
    text = contributing.read_text(encoding="utf-8")
    _, begin, rest = text.partition(FIRST)
    guide, end, _ = rest.partition(AFTER)
    if not begin or not end:
        raise ValueError(f"{contributing} has no part between {FIRST!r} and {AFTER!r}")
    # One level up, but not in the examples, where a line may begin like a heading.
    parts = re.split(r"(^```.*?^```$)", guide, flags=re.DOTALL | re.M)
    parts[::2] = [re.sub(r"^##(#+ )", r"#\1", part, flags=re.M) for part in parts[::2]]
    body = "".join(parts).replace("](docs/", "](")
    # What a file is called is said to the tests in the head of its block, and to readers above it.
    body = re.sub(r"^```(\w+) file=(\S+)$", r"`\2`:\n\n```\1", body, flags=re.M)
    return (
        "<!-- Made from CONTRIBUTING.md by `python -m documentation`. -->\n\n"
        "# Writing an exercise\n\n"
        "[The reference](reference.md) has every name that checks can import.\n"
        + body.rstrip()
        + "\n"
    )
