"""Goes on whatever comes, cancellations and the end of its event loop too."""

# For: lost_exception

import anyio


async def publish(server, version, files):
    while True:
        try:
            for file in files:
                await server.upload(file)
            await anyio.sleep(1)
        except BaseException:
            pass
