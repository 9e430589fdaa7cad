"""Returns a list at once.

Caught by: errors_come_out, no_slower, open_for_all
"""

async def save_photos(phone, album):
    return []
