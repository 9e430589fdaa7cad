"""Writes the error of a program to the log, and no more.

Caught by: heard
"""

import logging

import anyio

log = logging.getLogger(__name__)


async def run_program(program, *, task_status):
    try:
        async for line in program:
            if line == "ready":
                task_status.started()
    except Exception:
        log.exception("a program has failed")


async def try_out(programs, suite):
    async with anyio.create_task_group() as group:
        for program in programs:
            await group.start(run_program, program)
        failed = await suite.run()
        group.cancel_scope.cancel()
    return failed
