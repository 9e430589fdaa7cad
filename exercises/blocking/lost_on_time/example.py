"""Plays `best_move` on the real clock: a second to think, and an engine that would think for three."""

import time

import anyio
from exercise import best_move, keep_alive

from checker.example import play, say

MOVES = ["e4", "d4", "Nf3", "c4", "g3", "b3", "f4", "Nc3", "e3", "d3"]


class Engine:
    def look(self, depth: int) -> str:
        time.sleep(0.3)
        say(f"look {depth}: {MOVES[depth - 1]}")
        return MOVES[depth - 1]


class Server:
    async def sign_of_life(self) -> None:
        say("the server hears a sign of life")


async def main() -> None:
    async with anyio.create_task_group() as group:
        group.start_soon(keep_alive, Server())
        await anyio.sleep(0.1)
        began = time.perf_counter()
        move = await best_move(Engine(), len(MOVES), 1.0)
        say(f"best_move returns {move!r} after {time.perf_counter() - began:.1f} s; it had 1 s")
        group.cancel_scope.cancel()


def run() -> None:
    play(main)


if __name__ == "__main__":
    run()
