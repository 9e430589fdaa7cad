"""Calls in the name of a task that was never started."""

# For: lost_update
# Sees: there is no task 77


async def deposit_all(accounts, deposits):
    for index, amount in deposits:
        account = accounts[index]
        method = type(account).read
        (stubs,) = [
            cell.cell_contents
            for cell in method.__closure__
            if hasattr(cell.cell_contents, "kernel")
        ]
        stubs.kernel.tasks.current = lambda: 77
        await account.write(await account.read() + amount)
