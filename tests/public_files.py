"""Where the published files lie: the folder of ``STAYWORTH_DATA``, else a folder ``data`` of a neighbour."""

import os
from pathlib import Path

BOOKINGS_FILE, REVIEWS_FILE = "hotel_bookings.csv.zip", "hotel_reviews_sample.csv.zip"
_NEIGHBOURS = Path(__file__).resolve().parents[2]


def public_folder() -> Path:
    """The folder; it need not hold the files, so that a test can say where it looked."""
    given = os.environ.get("STAYWORTH_DATA")
    if given:
        return Path(given)
    near = sorted(path.parent for path in _NEIGHBOURS.glob(f"*/data/{BOOKINGS_FILE}"))
    return near[0] if near else _NEIGHBOURS / "data"
