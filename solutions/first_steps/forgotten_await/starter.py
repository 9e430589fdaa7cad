"""Add a new member to the club, and send the welcome mail."""

from typing import Protocol


class Members(Protocol):
    """The club's list of members."""

    async def add(self, name: str, address: str) -> int:
        """Add a member, and return the new member's number."""
        ...


class Mailer(Protocol):
    """The mail server."""

    async def send(self, address: str, text: str) -> None:
        """Return when the server has taken the mail; raise `ConnectionError` if it refuses."""
        ...


async def send_welcome(mailer: Mailer, name: str, address: str, number: int) -> None:
    await mailer.send(address, f"Welcome, {name}! Your number is {number}.")


async def sign_up(members: Members, mailer: Mailer, name: str, address: str) -> int:
    """Add a member, send the welcome mail, and return the member's number."""
    number = await members.add(name, address)
    send_welcome(mailer, name, address, number)
    return number


if __name__ == "__main__":  # `python exercise.py` plays it on the real clock.
    import example

    example.run()
