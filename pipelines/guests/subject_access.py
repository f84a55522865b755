"""``stayworth subject-access``: a copy of everything that is held about a guest, readable without this software."""

import json
import os
from pathlib import Path

import polars as pl

from assets.common.workspace import Workspace
from pipelines.guests.asking import Asked
from pipelines.guests.finding import Finding, find, log_search
from pipelines.guests.guest import Guest
from pipelines.guests.whose import ids_of, is_about
from resources.access_log import reading_for
from resources.errors import PrivacyError, SettingsError

PURPOSE = "command subject-access"
_README = "README.md"


def export_guest(workspace: Workspace, asked: Asked, folder: Path, finding: Finding | None = None) -> dict[str, int]:
    """Write one JSON file per table that holds rows of the guest, and a README that says what the columns mean.

    Args:
        workspace: what is stored.
        asked: who wants a copy.
        folder: new, outside the home.
        finding: what was found of the guest a moment ago; None: it is looked for.

    Returns:
        Rows by table; empty, and nothing written, when nothing is held.

    Raises:
        SettingsError: the folder is not empty, or lies within the home, where an erasure would have to find it.
        PrivacyError: what was found is more than one person by some reading: a copy of another guest's stays must
            reach nobody; or the access can't be logged.
    """
    check_folder(workspace, folder)
    with reading_for(PURPOSE):
        finding = finding or find(workspace, asked)
        if finding.doubts:
            readings = "; ".join(finding.doubts)
            message = f"what was found is more than one person by some reading, so nothing is copied: {readings}"
            raise PrivacyError(message)
        guest = finding.guest
        log_search(workspace, asked, guest, "subject-access")
        if guest.is_nobody:
            return {}
        held = {asset: rows for asset in workspace.contracts if (rows := rows_about(workspace, asset, guest)).height}
    _make_private(folder)
    for asset, rows in held.items():
        _write(folder / f"{asset}.json", _as_json(rows))
    _write(folder / _README, _readme(workspace, held, guest))
    return {asset: rows.height for asset, rows in held.items()}


def check_folder(workspace: Workspace, folder: Path) -> None:
    """Refuse a folder that holds something, or lies within the home.

    Raises:
        SettingsError: see above.
    """
    if folder.exists() and any(folder.iterdir()):
        message = f"{folder} is not empty; give a new folder for the copy"
        raise SettingsError(message)
    if workspace.settings.home.resolve() in (folder.resolve(), *folder.resolve().parents):
        message = f"{folder} lies within the pipeline's home; give a folder elsewhere: the copy is the guest's"
        raise SettingsError(message)


def rows_about(workspace: Workspace, asset: str, guest: Guest) -> pl.DataFrame:
    """Stored rows of a table that are about the guest, by day."""
    contract, lake = workspace.contracts[asset], workspace.lake
    is_mine = is_about(contract, ids_of(guest))
    if is_mine is None:
        return contract.empty()
    parts = [contract.empty()]
    for day in lake.partitions(asset):
        rows = lake.rows(asset, day).filter(is_mine)
        parts += [contract.conform(rows)] if rows.height else []
    return pl.concat(parts)


def _as_json(rows: pl.DataFrame) -> str:
    def plain(value: object) -> object:
        if isinstance(value, pl.Series):
            return value.to_list()
        return value if isinstance(value, (str, int, float, bool, list, type(None))) else str(value)

    told = [{name: plain(value) for name, value in row.items()} for row in rows.iter_rows(named=True)]
    return json.dumps(told, indent=1, ensure_ascii=False)


def _readme(workspace: Workspace, held: dict[str, pl.DataFrame], guest: Guest) -> str:
    lines = [
        "# What is held about you",
        "",
        f"Bookings: {len(guest.row_ids)}. Reviews that carry one of your identifiers or were named by their number: "
        f"{len(guest.review_row_ids)}. One file per table, one entry per row. Days are business days.",
        "",
        "Tables of the zone `restricted` hold your data as it was delivered; few people may read them, and every read "
        "is logged. The other zones know you under keyed hashes only, with values made coarser.",
        "",
    ]
    if guest.shared_customers:
        count = len(guest.shared_customers)
        lines += [
            f"Some values are computed for a group of guests with the same characteristics, a pseudo-customer "
            f"({count} of them hold bookings of yours and of others). They are left out here: "
            "less your own bookings they would tell of other guests.",
            "",
        ]
    for asset, rows in held.items():
        contract = workspace.contracts[asset]
        lines += [f"## {asset}.json", "", f"{contract.description} Zone `{contract.zone}`, {rows.height} rows.", ""]
        lines += ["| column | meaning | unit | whose |", "|---|---|---|---|"]
        lines += [
            f"| {item.name} | {item.description} | {item.unit or ''} | {item.subject or ''} |"
            for item in contract.columns
        ]
        lines += [""]
    return "\n".join(lines)


def _make_private(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
    except OSError as error:
        message = f"{folder} can't be made ({error}); give a folder that can be written"
        raise SettingsError(message) from error


def _write(path: Path, text: str) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        message = f"{path} can't be written ({error}), so the copy is not whole; delete the folder and ask again"
        raise PrivacyError(message) from error
