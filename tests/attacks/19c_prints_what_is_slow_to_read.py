"""Prints a text that a careless pattern takes hours to look through."""

# For: lost_update
# Sees: the run ended with Error

import socket
import struct

import msgspec

pipe = socket.socket(fileno=3)


def send(*message):
    payload = msgspec.msgpack.encode(message)
    pipe.sendall(struct.pack("!I", len(payload)) + payload)


async def deposit_all(accounts, deposits):
    send("Flush", [["Printed", 'File "' + "/lib/python" * 20_000]])
    send("RunEnded", [], ["Raised", ["Error", "", None, []]], [[], []])
