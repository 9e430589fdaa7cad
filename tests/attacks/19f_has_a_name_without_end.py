"""Tells the judge of a task whose name is a megabyte long, and of thousands of calls that it makes."""

# For: lost_update
# Sees: sent the checker what no exercise sends

import socket
import struct

import msgspec

pipe = socket.socket(fileno=3)


def send(*message):
    payload = msgspec.msgpack.encode(message)
    pipe.sendall(struct.pack("!I", len(payload)) + payload)


async def deposit_all(accounts, deposits):
    send("Flush", [["TaskStarted", 1, "x" * 1_000_000, None, None]])
    for first in range(0, 4000, 500):
        calls = range(first + 1, first + 501)
        send("Flush", [["Called", n, 0, "read", [], {}, 1, 0, None] for n in calls])
    send("RunEnded", [], ["Raised", ["Error", "", None, []]], [[], []])
