"""Measures nothing.

Caught by: one_alone, several_in_a_group, at_once
"""


async def examine(machine, sample, substances):
    return dict.fromkeys(substances, 0.0)
