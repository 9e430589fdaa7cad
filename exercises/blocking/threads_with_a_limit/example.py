"""Plays `download_all` on the real clock: twelve photos, and a contract for three at a time."""

import threading
import time

from exercise import download_all

from checker.example import play, say

LIMIT = 3


class Archive:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.under_way = 0

    def download(self, name: str) -> str:
        with self.lock:
            self.under_way += 1
            too_many = ": the contract says 3" if self.under_way > LIMIT else ""
            say(f"{name} begins, {self.under_way} under way{too_many}")
        time.sleep(0.8)
        with self.lock:
            self.under_way -= 1
        return f"the picture in {name}"


async def main() -> None:
    names = [f"photo-{number}.jpg" for number in range(1, 13)]
    photos = await download_all(Archive(), names, LIMIT)
    say(f"download_all returns {len(photos)} photos")


def run() -> None:
    play(main)


if __name__ == "__main__":
    run()
