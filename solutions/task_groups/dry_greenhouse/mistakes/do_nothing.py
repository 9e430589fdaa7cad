"""Starts nobody.

Caught by: started_again, waits, gives_up, gives_way
"""


async def keep_running(workers, pause, most, window):
    return None
