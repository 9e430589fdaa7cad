"""Opens files, pipes and sockets without end, and keeps them."""

# For: lost_update
# Sees: OSError

import os
import socket


async def deposit_all(accounts, deposits):
    kept = []
    while True:
        kept += os.pipe()
        kept.append(socket.socket())
