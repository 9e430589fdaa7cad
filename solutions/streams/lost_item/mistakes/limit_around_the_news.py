"""Needs no stream: it asks the news itself, within the time limit, which ends the news.

Caught by: all_arrive, on_time, errors_come_out
"""

import anyio


async def relay(news, browser, patience):
    sent = 0
    while True:
        with anyio.move_on_after(patience) as silence:
            try:
                event = await anext(news)
            except StopAsyncIteration:
                return sent
        if silence.cancelled_caught:
            await browser.ping()
        else:
            await browser.send(event)
            sent += 1
