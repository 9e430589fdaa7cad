"""At each change all who wait are woken, and look again, after a checkpoint more than they need."""

import anyio
import anyio.lowlevel


class Rack:
    """Holds at most `room` samples."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.samples: list[int] = []
        self.changed = anyio.Event()

    def tell_everybody(self) -> None:
        self.changed.set()
        self.changed = anyio.Event()

    async def put(self, sample: int) -> None:
        """Put a sample in, as soon as there is room for it."""
        await anyio.lowlevel.checkpoint()
        while True:
            if len(self.samples) < self.room:
                self.samples.append(sample)
                self.tell_everybody()
                return
            await self.changed.wait()
            await anyio.lowlevel.checkpoint()

    async def take(self) -> int:
        """Take a sample out, as soon as there is one, and return it."""
        await anyio.lowlevel.checkpoint()
        while True:
            if len(self.samples) > 0:
                sample = self.samples.pop(0)
                self.tell_everybody()
                return sample
            await self.changed.wait()
            await anyio.lowlevel.checkpoint()
