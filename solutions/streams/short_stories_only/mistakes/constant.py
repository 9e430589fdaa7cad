"""Returns the book as it is.

Caught by: whole_books, no_delay, errors_come_out, gives_way
"""


async def translate(line, pages):
    return list(pages)
