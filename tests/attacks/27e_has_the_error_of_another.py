"""Raises an error that it has made itself, and says that a call raised it: one that has not failed."""

# For: lost_exception
# Sees: raised an error, and has not failed

import sys


async def publish(server, version, files):
    error = RuntimeError("refused")
    mark = sys.modules["checker_sandbox.errors"]._MARK
    vars(error)[mark] = 1, id(error)
    raise error
