"""Sends what it has to listeners of the host, over every kind of socket that could get out."""

# For: lost_update
# Sees: It printed:

import socket

PORT = 47611
NAME = "tasklings-listener"


def send_to(family, kind, address):
    try:
        with socket.socket(family, kind) as sock:
            sock.settimeout(0.2)
            sock.connect(address)
            sock.sendall(b"the exercise, and all that I found")
            return "sent"
    except OSError as error:
        return type(error).__name__


def send_out():
    yield send_to(socket.AF_UNIX, socket.SOCK_STREAM, "\0" + NAME)
    yield send_to(socket.AF_UNIX, socket.SOCK_STREAM, "/tmp/" + NAME)
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        for host in ("127.0.0.1", "10.0.2.2", "172.17.0.1", "169.254.169.254"):
            yield send_to(socket.AF_INET, kind, (host, PORT))
        yield send_to(socket.AF_INET6, kind, ("::1", PORT))
    try:
        yield socket.getaddrinfo("example.org", 80)
    except OSError as error:
        yield type(error).__name__


async def deposit_all(accounts, deposits):
    print(*send_out())
