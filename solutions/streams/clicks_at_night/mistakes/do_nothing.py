"""Returns at once that nothing was stored.

Caught by: in_time, returns_in_the_end, errors_come_out, gives_way
"""


async def forward(clicks, warehouse, most, patience):
    return 0
