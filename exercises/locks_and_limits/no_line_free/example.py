"""Plays a `Pool` with one connection on the real clock: first the line goes dead, then it is well again."""

from itertools import count

import anyio
from exercise import Pool

from checker.example import play, say


class Connection:
    def __init__(self, number: int) -> None:
        self.number = number

    async def ask(self, question: str) -> str:
        say(f"connection {self.number} is asked: {question}")
        await anyio.sleep(0.5)
        if self.number == 1:
            raise ConnectionResetError("the line is dead")
        return "yes"

    def close(self) -> None:
        say(f"connection {self.number} is closed")


class Server:
    def __init__(self) -> None:
        self._numbers = count(1)

    async def connect(self) -> Connection:
        await anyio.sleep(0.5)
        return Connection(next(self._numbers))


async def main() -> None:
    pool = Pool(Server(), 1)
    for question in ("aspirin and honey?", "iron and tea?"):
        with anyio.move_on_after(2) as patience:
            try:
                say(f"the answer is {await pool.ask(question)}")
            except ConnectionResetError as error:
                say(f"there is an error: {error}")
        if patience.cancelled_caught:
            say("and there is no answer, 2 s later; there never would be")


def run() -> None:
    play(main)


if __name__ == "__main__":
    run()
