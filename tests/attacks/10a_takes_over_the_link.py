"""Takes the descriptor of the link, and says by hand that all is well."""

# For: lost_update
# Sees: it sent the checker what no exercise sends

import socket
import struct

import msgspec

pipe = socket.socket(fileno=3)


def send(*message):
    payload = msgspec.msgpack.encode(message)
    pipe.sendall(struct.pack("!I", len(payload)) + payload)


async def deposit_all(accounts, deposits):
    for claim in (
        ("Printed", "6 of 6 points"),
        ("TaskStarted", 1, "deposit_all", None, 1),
    ):
        send("Flush", [claim])
    send("RunEnded", [], ["Returned", None], [[], []], True)
    send("RunEnded", [], ["Returned", None], [[], []])
    pipe.shutdown(socket.SHUT_RDWR)
