"""Prints without end."""


# For: lost_update
# Sees: printed more than
async def deposit_all(accounts, deposits):
    print("this comes first")
    while True:
        print("x" * 1000)
