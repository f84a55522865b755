"""``stayworth subject-access``: a copy of everything that is held about a guest, readable without this software."""

import json
import os
from pathlib import Path

import polars as pl

from assets.common.workspace import Workspace
from pipelines.guests.finding import Asked, Guest, find_guest
from resources.access_log import reading_for
from resources.contract import FrameContract
from resources.errors import PrivacyError, SettingsError
from resources.secret_keys import load_tombstone_key
from resources.tombstones import Tombstones

PURPOSE = "command subject-access"
_README = "README.md"


def export_guest(workspace: Workspace, asked: Asked, folder: Path) -> dict[str, int]:
    """Write one JSON file per table that holds rows of the guest, and a README that says what the columns mean.

    Returns:
        Rows by table; empty when nothing is held.

    Raises:
        SettingsError: the folder is not empty, or lies within the home, where an erasure would have to find it.
        PrivacyError: the access can't be logged.
    """
    if folder.exists() and any(folder.iterdir()):
        message = f"{folder} is not empty; give a new folder for the copy"
        raise SettingsError(message)
    if workspace.settings.home.resolve() in (folder.resolve(), *folder.resolve().parents):
        message = f"{folder} lies within the pipeline's home; give a folder elsewhere: the copy is the guest's"
        raise SettingsError(message)
    with reading_for(PURPOSE):
        guest = find_guest(workspace, asked)
        mark = Tombstones(load_tombstone_key(workspace.key)).mark("reference", asked.values()[0])
        facts = {"reference": mark, "bookings": len(guest.row_ids), "reviews": len(guest.review_row_ids)}
        workspace.lake.log_event("subject-access", facts)
        held = {asset: rows for asset in workspace.contracts if (rows := rows_about(workspace, asset, guest)).height}
    _make_private(folder)
    for asset, rows in held.items():
        _write(folder / f"{asset}.json", _as_json(rows))
    _write(folder / _README, _readme(workspace, held, guest))
    return {asset: rows.height for asset, rows in held.items()}


def rows_about(workspace: Workspace, asset: str, guest: Guest) -> pl.DataFrame:
    """Stored rows of a table that are about the guest, by day."""
    contract, lake = workspace.contracts[asset], workspace.lake
    test = _about(contract, guest)
    if test is None:
        return contract.empty()
    parts = [contract.empty()]
    for day in lake.partitions(asset):
        rows = lake.rows(asset, day).filter(test.fill_null(value=False))
        parts += [contract.conform(rows)] if rows.height else []
    return pl.concat(parts)


def _about(contract: FrameContract, guest: Guest) -> pl.Expr | None:
    customers = [*guest.own_customers, *guest.shared_customers]
    by_column = (
        ("row_id", [*guest.row_ids, *guest.review_row_ids, *guest.quarantined]),
        ("booking_id", guest.booking_ids),
        ("review_id", guest.review_ids),
        ("pseudo_customer_id", customers),
    )
    tests = [pl.col(name).is_in(ids) for name, ids in by_column if name in contract.names]
    if not tests:
        return None
    # A booking's rows are found by the booking, not by the pseudo-customer that others may share.
    return (
        tests[0] if "booking_id" in contract.names and "review_id" not in contract.names else pl.any_horizontal(tests)
    )


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
    if not held:
        lines += ["Nothing is held.", ""]
    if guest.shared_customers:
        lines += [
            "Rows with a `pseudo_customer_id` may stand for several guests with the same characteristics: they are "
            "given here because your bookings are among them.",
            "",
        ]
    for asset, rows in held.items():
        contract = workspace.contracts[asset]
        lines += [f"## {asset}.json", "", f"{contract.description} Zone `{contract.zone}`, {rows.height} rows.", ""]
        lines += ["| column | meaning | unit |", "|---|---|---|"]
        lines += [f"| {item.name} | {item.description} | {item.unit or ''} |" for item in contract.columns]
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
