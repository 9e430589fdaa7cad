"""`checker init`: a workspace, which is a folder of the learner's own, outside any clone of the kit."""

import argparse
import os
import shlex
import sys
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from checker import cli, workspace
from checker.course import MARKER, Course, CourseError, is_course
from checker.feedback.terminal import Screen
from checker.translation import _, ngettext

_DESCRIPTION = _(
    """\
Make a workspace: a folder with the exercises, for your work, which you can keep in a git repository
of your own. The checks and the solutions stay in the kit.

It also holds settings for VS Code (tasks that grade, with their findings at the lines, and the checks
in the test explorer), and for type checkers and linters, so that they do not give a bug away.
"""
)
_EPILOG = _(
    """\
examples:
  checker init tasklings
  checker init .                            in an empty folder

exit code: 0 it is made, 2 it cannot be
"""
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description, parser.epilog = _DESCRIPTION, _EPILOG
    parser.add_argument(
        "folder", metavar="DIR", type=Path, help=_("a folder that is empty or not there yet")
    )


def run(given: argparse.Namespace) -> int:
    folder: Path = given.folder
    root = Path(os.path.abspath(folder))
    if (root / MARKER).is_file():
        raise cli.UsageError(
            _(
                "{folder} is a workspace already; to bring it up to date: cd {quoted} && checker update",
                folder=folder,
                quoted=shlex.quote(str(folder)),
            )
        )
    for above in root.parents:
        if is_course(above):
            raise cli.UsageError(
                _(
                    "{folder} would lie inside {course}, which is a course itself; choose a folder "
                    "outside of it",
                    folder=folder,
                    course=above,
                )
            )
    try:
        root.mkdir(parents=True, exist_ok=True)
        # A repository in which nothing is yet is as good as an empty folder.
        held = sorted(name for name in os.listdir(root) if name != ".git")
    except OSError as error:
        raise cli.UsageError(
            _("{folder} cannot be made: {reason}", folder=folder, reason=error.strerror)
        ) from None
    if held:
        raise cli.UsageError(
            _(
                "{folder} is not empty (it holds {name}); name a folder that is not there yet",
                folder=folder,
                name=held[0],
            )
        )
    # First of all, so that whatever is interrupted after it is a workspace, which can be updated.
    cli.write_whole(root / MARKER, workspace.marker())
    course = Course.load(root)
    plan = workspace.plan(course, metadata.version("tasklings"))
    cli.write_below(root, plan.files)
    _tell(Screen(sys.stdout), folder, course)
    return cli.PASSED


def _tell(screen: Screen, folder: Path, course: Course) -> None:
    first = next(iter(course), None)
    if first is None:
        raise CourseError(_("the course of the kit has no exercises"))
    screen.line(
        ngettext(
            "{folder} is your workspace now, with {number} exercise. What next:",
            "{folder} is your workspace now, with {number} exercises. What next:",
            sum(1 for _exercise in course),
            folder=folder,
        )
    )
    screen.line()
    steps = [
        _(
            "Read {brief}, and fix exercise.py beside it.",
            brief=f"exercises/{first.name}/README.md",
        ),
        f"checker grade {first.short_name}",
    ]
    if folder != Path():
        steps.insert(0, f"cd {shlex.quote(str(folder))}")
    for number, step in enumerate(steps, 1):
        screen.line(f"  {number}. {step}")
    screen.line()
    screen.paragraph(
        _(
            "If you use VS Code, open the folder in it: Run Build Task grades the exercise that you "
            "are looking at."
        )
    )
    if find_spec("pytest") is None:
        screen.paragraph(
            _(
                "Its test explorer needs pytest in the kit's environment (`pipx inject tasklings "
                "pytest`, or `pip install pytest`)."
            )
        )
    screen.paragraph(
        _(
            "When you have upgraded the kit, `checker update` brings what is new, and keeps your work."
        )
    )
