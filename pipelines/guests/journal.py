"""The journal of an erasure: what was found, kept until nothing of it is left: an interruption loses nothing."""

import json
from datetime import date
from pathlib import Path

from pipelines.guests.guest import Guest
from resources.contract import Zone
from resources.lake import Lake
from resources.tombstones import FOLDER


class ErasureJournal:
    """One erasure at a time, in the restricted zone of this machine.

    Args:
        lake: whose restricted zone holds it.
    """

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self.path: Path = lake.state_root / FOLDER / "journal.json"

    @property
    def is_open(self) -> bool:
        """Whether an erasure was begun and is not done."""
        return self.path.exists()

    def begin(self, guest: Guest, batches: list[date], reference: str) -> None:
        """Write down what is to go, before anything goes."""
        body = {"guest": guest.as_dict(), "batches": [str(day) for day in batches], "reference": reference}
        self._lake.make_folder(self.path.parent, Zone.RESTRICTED)
        self._lake.files.replace(self.path, json.dumps(body).encode(), seal=True)

    def load(self) -> tuple[Guest, list[date], str]:
        """The guest, the published days whose labels are to be fixed, and the keyed reference of the erasure."""
        told = json.loads(self._lake.files.content(self.path))
        return Guest.from_dict(told["guest"]), [date.fromisoformat(day) for day in told["batches"]], told["reference"]

    def close(self) -> None:
        """Remove the journal: the search found nothing."""
        self.path.unlink(missing_ok=True)
