"""`checker` alone: where one stands, and what is next."""

import argparse
import sys

from checker import cli
from checker.feedback import overview
from checker.feedback.terminal import Screen
from checker.progress import Progress


def run(given: argparse.Namespace) -> int:
    course = cli.find_course(given)
    overview.show(Screen(sys.stdout), course, Progress(course))
    return cli.PASSED
