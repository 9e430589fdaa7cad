"""Takes all the memory there is, and more."""


# For: lost_update
# Sees: MemoryError
async def deposit_all(accounts, deposits):
    kept = []
    while True:
        kept.append(bytearray(b"x") * (64 << 20))
