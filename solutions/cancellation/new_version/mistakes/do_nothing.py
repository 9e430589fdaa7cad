"""Returns at once that nothing is left to be done.

Caught by: takes_uploads, goes_on_for_a_while, errors_come_out, gives_way
"""


async def serve(inbox, converter, supervisor, grace):
    return []
