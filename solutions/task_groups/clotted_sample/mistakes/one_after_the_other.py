"""Measures without a task group, one substance after the other and without pings, as it used to be.

Caught by: one_alone, several_in_a_group, at_once
"""

async def examine(machine, sample, substances):
    found = {}
    for substance in substances:
        found[substance] = await machine.measure(sample, substance)
    return found
