"""Returns a text that is slow to look for names in."""

# For: results_from_tasks
# Sees: compare() returned


async def compare(shops, article):
    for shop in shops:
        number = await shop.find(article)
        if number is not None:
            await shop.price(number)
    return ["@" * 1500, "@" * 4000]
