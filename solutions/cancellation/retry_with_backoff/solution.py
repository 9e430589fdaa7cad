"""Send a weather station's readings to the office, over a link that drops now and then."""

import logging
from typing import Protocol

import anyio

log = logging.getLogger(__name__)


class Office(Protocol):
    """Takes readings, and answers with a receipt."""

    async def post(self, reading: int) -> int: ...


async def send(office: Office, reading: int, tries: int, pause: float, longest: float) -> int:
    """Return the office's receipt for a reading."""
    while True:
        tries -= 1
        try:
            return await office.post(reading)
        except (ConnectionError, TimeoutError) as error:  # What may pass.
            if tries == 0:
                raise
            log.info("no receipt for %s yet: %r", reading, error)
        await anyio.sleep(min(pause, longest))
        pause *= 2
