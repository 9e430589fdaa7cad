"""Returns values that hold themselves, go too deep, and are too large."""


# For: results_from_tasks
# Sees: a value nested more than
async def compare(shops, article):
    for shop in shops:
        await shop.find(article)
    value = []
    value.append([value] * 1000)
    return value
