"""A class with a plain thread, a threading.Event to stop it, and the loop's token to say that it has ended."""

import threading
from typing import Protocol

import anyio
import anyio.from_thread
import anyio.lowlevel


class Server(Protocol):
    """Drops a player from whom it has heard nothing for four seconds."""

    async def sign_of_life(self) -> None: ...


class Engine(Protocol):
    """Computes moves. It is an ordinary library, which knows nothing of tasks."""

    def look(self, depth: int) -> str:
        """Return the best move as far as can be seen so many moves ahead."""
        ...


async def keep_alive(server: Server) -> None:
    """Tell the server once a second that the player is there, until that is cancelled."""
    while True:
        await server.sign_of_life()
        await anyio.sleep(1)


class Search:
    """One search, in a thread of its own."""

    def __init__(self, engine: Engine, deepest: int) -> None:
        self.engine = engine
        self.deepest = deepest
        self.move: str | None = None
        self.stop = threading.Event()
        self.ended = anyio.Event()
        self.token = anyio.lowlevel.current_token()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        for depth in range(1, self.deepest + 1):
            if self.stop.is_set():
                break
            self.move = self.engine.look(depth)
        anyio.from_thread.run_sync(self.ended.set, token=self.token)

    async def run(self, seconds: float) -> str | None:
        self.thread.start()
        try:
            with anyio.move_on_after(seconds):
                await self.ended.wait()
        finally:
            self.stop.set()
            with anyio.CancelScope(shield=True):
                await self.ended.wait()
            self.thread.join()  # It has done its last act already.
        return self.move


async def best_move(engine: Engine, deepest: int, seconds: float) -> str | None:
    """Look deeper and deeper, for so many seconds at the most, and return the last move found."""
    return await Search(engine, deepest).run(seconds)
