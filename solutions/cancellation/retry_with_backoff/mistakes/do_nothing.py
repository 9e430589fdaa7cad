"""Returns something that looks like a receipt.

Caught by: tries_again, waits_grow, other_errors_come_out, gives_way
"""


async def send(office, reading, tries, pause, longest):
    return 1
