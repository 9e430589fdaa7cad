"""Returns at once: nobody asks for the news.

Caught by: all_arrive, on_time, errors_come_out
"""

async def relay(news, browser, patience):
    return 0
