"""Scans each parcel before it asks for the next: one scanner does all the work.

Caught by: all_share
"""


async def sort_parcels(belt, scan, scanners):
    return {parcel: await scan.label(parcel) async for parcel in belt}
