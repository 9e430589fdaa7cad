"""The whole search in one worker thread, which asks `from_thread.check_cancelled` before each look."""

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
    move: str | None = None

    def search() -> None:
        nonlocal move
        for depth in range(1, deepest + 1):
            anyio.from_thread.check_cancelled()  # Hears of the time limit, too.
            move = engine.look(depth)

    with anyio.move_on_after(seconds):
        await anyio.to_thread.run_sync(search)
    return move
