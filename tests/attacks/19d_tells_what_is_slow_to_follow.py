"""Tells by hand of thousands of tasks that wait for each other in a row without an end."""

# For: lost_update
# Sees: it spoke where it was not its turn

import socket
import struct

import msgspec

pipe = socket.socket(fileno=3)


def send(*message):
    payload = msgspec.msgpack.encode(message)
    pipe.sendall(struct.pack("!I", len(payload)) + payload)


async def deposit_all(accounts, deposits):
    waits = [
        ["t", number, None, ["lock", "", 0, 0.0, [number + 1]], None] for number in range(30_000)
    ]
    send("Explained", [], waits)
