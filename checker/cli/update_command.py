"""`checker update`: what is new in the kit, for a workspace, and nothing of the learner's touched."""

import argparse
import os
import shlex
import sys
from importlib import metadata
from pathlib import Path

from checker import cli, workspace
from checker.feedback.terminal import Screen
from checker.translation import _, ngettext

_DESCRIPTION = _(
    """\
Bring new exercises and better texts to your workspace, after you have upgraded the kit.

A file is replaced only if it is still as the kit gave it to you. Whatever you have changed stays as it
is, and so do files of your own; nothing is deleted. A file that is missing is brought back. Run it as
often as you like.
"""
)
_EPILOG = _(
    """\
examples:
  pipx upgrade tasklings
  checker update
  checker update --changed      which files both of you have changed, told again

exit code: 0 the workspace is up to date, 2 it cannot be brought up to date
"""
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description, parser.epilog = _DESCRIPTION, _EPILOG
    parser.add_argument(
        "--changed",
        action="store_true",
        help=_(
            "name all files that you have changed and that the kit has changed too, also those of earlier "
            "updates"
        ),
    )


def run(given: argparse.Namespace) -> int:
    course = cli.find_course(given)
    if course.home is None:
        raise cli.UsageError(
            _(
                "{folder} is a clone of the kit, and no workspace; `git pull` brings what is new to it "
                "(commit your work first)",
                folder=course.root,
            )
        )
    version = metadata.version("tasklings")
    if newer := workspace.is_newer(course.root, version):
        raise cli.UsageError(
            _(
                "this workspace was last updated by tasklings {newer}, and this is {version}, which is "
                "older; upgrade it, for example `pipx upgrade tasklings`",
                newer=newer,
                version=version,
            )
        )
    plan = workspace.plan(course, version, tells_again=given.changed)
    cli.write_below(course.root, plan.files)
    _tell(Screen(sys.stdout), course.root, plan)
    return cli.PASSED


def _tell(screen: Screen, root: Path, plan: workspace.UpdatePlan) -> None:
    for title, files in ((_("New:"), plan.added), (_("Replaced by a better one:"), plan.replaced)):
        if files:
            screen.line(title)
            for file in files:
                screen.line(f"  {file}")
    if plan.changed:
        screen.paragraph(
            _(
                "You have changed these, so they stay as they are; the kit has changed them too. To "
                "compare:"
            )
        )
        for one in plan.changed:
            screen.line(f"  diff -u {_shown(root / one.file)} {_shown(one.path)}")
        screen.paragraph(_("`checker update --changed` names them again."))
    if plan.dropped:
        screen.paragraph(_("These are no longer in the course, and stay where they are:"))
        for folder in plan.dropped:
            screen.line(f"  {folder}")
    done = len(plan.added) + len(plan.replaced)
    if not done:
        screen.line(_("Everything that the kit gave you is up to date."))
    else:
        screen.line(
            ngettext(
                "{number} file written; your work is as it was.",
                "{number} files written; your work is as it was.",
                done,
            )
        )


def _shown(path: Path) -> str:
    """A path as it would be typed here."""
    near = path.is_relative_to(Path.cwd())
    return shlex.quote(os.path.relpath(path) if near else str(path))
