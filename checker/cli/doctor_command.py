"""Test how well this machine can isolate submissions.

A small submission tries each attack that matters, in the same sandbox that `checker sweep` uses.
"""

import argparse
import platform
import sys

from checker import cli
from checker.feedback.terminal import Screen
from checker.harmless import printable
from checker.judge.jail import Jail, JailError

_EPILOG = """\
examples:
  checker doctor
  checker doctor --isolation process      what is left without bubblewrap

exit code: 0 every attack was stopped, 1 one was not, 2 wrong usage
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = __doc__
    parser.epilog = _EPILOG
    parser.add_argument(
        "--isolation",
        choices=["bubblewrap", "process"],
        default="bubblewrap",
        help="what to try (default: bubblewrap, and a plain process where it is missing)",
    )


def run(given: argparse.Namespace) -> int:
    from checker.sweep.doctor import examine

    screen = Screen(sys.stdout)
    jail, problem = None, None
    if given.isolation == "bubblewrap":
        try:
            jail = Jail.find()
        except JailError as error:
            problem = str(error)
    screen.line(f"Python {platform.python_version()} on {platform.platform()}")
    if jail is not None:
        who = (
            "as root, with another user id for each jail" if jail.user else "as you, in namespaces"
        )
        screen.line(f"bubblewrap works here, {who}")
    elif problem is not None:
        screen.paragraph(problem, "", "red")
    screen.line()
    screen.line(screen.style("A submission that", "bold"))
    stopped = True
    for finding in examine(jail):
        stopped &= finding.stopped
        mark, style = ("✓", "green") if finding.stopped else ("✗", "red")
        verdict = "stopped: " if finding.stopped else "NOT STOPPED: "
        screen.paragraph(
            f"{screen.style(mark, style)} {finding.attack:<32} {verdict}{printable(finding.how)}",
            "  ",
            hanging=" " * 4,
        )
    screen.line()
    if stopped:
        screen.line("Submissions that nobody has read can be swept here: checker sweep PATH -o OUT")
    else:
        screen.line("Until that is fixed, sweep only submissions that you trust here.")
    return cli.PASSED if stopped and problem is None else cli.FAILED
