"""Takes all the memory there is, and more."""


# For: lost_update
# Sees: MemoryError
async def deposit_all(accounts, deposits):
    kept = []
    while True:
        kept.append(b"x" * (600 << 20))
