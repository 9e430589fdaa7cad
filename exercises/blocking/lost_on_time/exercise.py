"""Find a move for a chess player on the net, and stay in touch with the server meanwhile."""

from typing import Protocol

import anyio


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
    move = None
    with anyio.move_on_after(seconds):  # Cancels what is in its block when the time is up.
        for depth in range(1, deepest + 1):
            move = engine.look(depth)
    return move


if __name__ == "__main__":  # `python exercise.py` plays it on the real clock.
    import example

    example.run()
