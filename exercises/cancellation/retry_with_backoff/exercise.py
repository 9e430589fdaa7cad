"""Send a weather station's readings to the office, over a link that drops now and then."""

import logging
from typing import Protocol

log = logging.getLogger(__name__)


class Office(Protocol):
    """Takes readings, and answers with a receipt."""

    async def post(self, reading: int) -> int: ...


async def send(office: Office, reading: int, tries: int, pause: float, longest: float) -> int:
    """Return the office's receipt for a reading."""
    while True:
        try:
            return await office.post(reading)
        except BaseException as error:  # Whatever it is, it will pass.
            log.info("no receipt for %s yet: %r", reading, error)


if __name__ == "__main__":  # `python exercise.py` plays it on the real clock.
    import example

    example.run()
