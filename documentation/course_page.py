"""The page of the course, and the map on it: what each exercise needs, and who gives that.

The map is a list of the exercises in their order, with an arc from whoever gives a concept to whoever
needs it: an arc diagram, which stays readable on a narrow screen.
"""

import html
from collections.abc import Iterator
from typing import Final

from checker.course import Chapter, Course, Exercise
from checker.harmless import markdown

_HEAD: Final = """\
<!-- Made from exercises/ by `python -m documentation`. -->

# The course

{exercises} exercises in {chapters} chapters. Do them in this order: each needs only what something
before it has taught. If you know what a chapter is about, begin with a later one; nothing stops you.

![A map of the course: the exercises of all chapters from top to bottom, and to the left of them an arc
from everything that teaches something to every exercise that needs it. The tables below say the
same.](course.svg)

An arc leads from where something is taught to an exercise in which you need it.
"""


def page(course: Course) -> str:
    """The page."""
    exercises = list(course)
    parts = [_HEAD.format(exercises=len(exercises), chapters=len(course.chapters))]
    for chapter in course.chapters:
        parts.append(f"## {markdown(chapter.title)}\n")
        if (chapter.folder / "README.md").exists():
            parts.append(
                f"Read first: [the introduction to this chapter](chapters/{chapter.name}.md)"
                + (f", which explains {_listed(chapter.gives)}.\n" if chapter.gives else ".\n")
            )
        parts.append(_table(chapter))
    return "\n".join(parts)


def _table(chapter: Chapter) -> str:
    rows = [
        "| exercise | needs | gives | difficulty | points |",
        "| --- | --- | --- | --- | ---: |",
    ]
    for exercise in chapter.exercises:
        data = exercise.metadata
        rows.append(
            f"| `{exercise.short_name}`<br>{markdown(exercise.title)} | {', '.join(data.needs)} | "
            f"{', '.join(data.gives)} | {data.difficulty} of 5 | {exercise.max_points} |"
        )
    return "\n".join(rows) + "\n"


def _listed(words: tuple[str, ...]) -> str:
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last


# --- the map, in pixels ---

WIDTH: Final = 440
ROW: Final = 30
LEFT: Final = 120
"""How far to the right the dots are: arcs take the room left of them."""

_STYLE: Final = """\
text { font: 14px ui-sans-serif, system-ui, sans-serif; fill: #1f2328 }
.chapter { font-weight: 700 }
.taught { fill: none; stroke: #0969da; stroke-width: 1.5; opacity: .55 }
.dot { fill: #0969da }
.book { fill: #fff; stroke: #0969da; stroke-width: 2 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 }
.taught { stroke: #4493f8 }
.dot { fill: #4493f8 }
.book { fill: #0d1117; stroke: #4493f8 }
}"""


def drawing(course: Course) -> str:
    """The map, as an SVG file that needs nothing else."""
    places: dict[Chapter | Exercise, int] = {}
    y = 4
    for chapter in course.chapters:
        y += ROW if not places else ROW + 12
        places[chapter] = y
        for exercise in chapter.exercises:
            y += ROW
            places[exercise] = y
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y + ROW // 2}" width="{WIDTH}" '
        f'height="{y + ROW // 2}" role="img">',
        "<title>A map of the course</title>",
        f"<style>\n{_STYLE}\n</style>",
    ]
    for giver, exercise, concepts in _arcs(course):
        parts.append(_arc(places[giver], places[exercise], ", ".join(concepts)))
    for place, at in places.items():
        if isinstance(place, Chapter):
            parts.append(f'<circle class="book" cx="{LEFT}" cy="{at}" r="6"/>')
            parts.append(_text(at, place.title, "chapter"))
        else:
            parts.append(f'<circle class="dot" cx="{LEFT}" cy="{at}" r="4"/>')
            parts.append(_text(at, place.title, "exercise"))
    return "\n".join([*parts, "</svg>"]) + "\n"


def _arcs(course: Course) -> Iterator[tuple[Chapter | Exercise, Exercise, list[str]]]:
    """Who teaches something that an exercise needs, and what. Of several, the last one before it: that
    is where a learner met it."""
    givers: dict[str, Chapter | Exercise] = {}
    for chapter in course.chapters:
        givers |= dict.fromkeys(chapter.gives, chapter)
        for exercise in chapter.exercises:
            taught: dict[Chapter | Exercise, list[str]] = {}
            for concept in exercise.metadata.needs:
                if concept in givers:
                    taught.setdefault(givers[concept], []).append(concept)
            for giver, concepts in taught.items():
                yield giver, exercise, concepts
            givers |= dict.fromkeys(exercise.metadata.gives, exercise)


def _arc(start: int, end: int, concepts: str) -> str:
    height = end - start
    reach = min(LEFT - 12, 12 + height * 0.22)
    edge = LEFT - 8
    # A curve whose handles lie a third further out than it reaches.
    out = edge - reach * 4 / 3
    return (
        f'<path class="taught" d="M{edge} {start} C{out:.0f} {start} {out:.0f} {end} {edge} {end}">'
        f"<title>{html.escape(concepts)}</title></path>"
    )


def _text(y: int, text: str, kind: str) -> str:
    return f'<text class="{kind}" x="{LEFT + 16}" y="{y + 5}">{html.escape(text)}</text>'
