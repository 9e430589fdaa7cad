"""Copies one photo after the other: no task is left to outlive anything.

Caught by: no_slower
"""

async def save_photos(phone, album):
    async with phone, album:
        return [await album.store(name, await phone.photo(name)) for name in await phone.names()]
