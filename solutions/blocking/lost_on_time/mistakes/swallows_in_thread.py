"""Takes a cancellation that it hears of in the thread for the end of the time.

Caught by: search_can_be_cancelled
"""

from typing import Protocol

import anyio
import anyio.from_thread
import anyio.to_thread


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


async def best_move(engine: Engine, deepest: int, seconds: float) -> str | None:
    """Look deeper and deeper, for so many seconds at the most, and return the last move found."""
    cancelled = anyio.get_cancelled_exc_class()

    def search() -> str | None:
        move = None
        for depth in range(1, deepest + 1):
            try:
                anyio.from_thread.check_cancelled()
            except cancelled:
                break
            move = engine.look(depth)
        return move

    result: str | None = None
    with anyio.move_on_after(seconds):
        # Waits for the thread, even when cancelled, so the result is always there.
        result = await anyio.to_thread.run_sync(search)
    return result
