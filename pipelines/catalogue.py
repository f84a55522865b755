"""The generated pages of ``docs/``: the table of assets and the data dictionary, read from the contracts."""

from collections.abc import Iterable
from pathlib import Path

from assets.common.daily import DailyAsset, look_back_text
from assets.common.definition import declared_in
from assets.common.fits import FittedAsset
from assets.common.whole import WholeAsset
from pipelines.ledger import DAILY_LEDGER, declare_ledger
from pipelines.rooms import ROOMS, room_contracts, room_modules
from resources.contract import FrameContract

_NOTE = "<!-- Written by `make docs` from the contracts in the code; do not edit. -->"


def asset_table() -> str:
    """Markdown: asset × room × zone × partition × look-back × cadence."""
    modules = room_modules()
    daily: list[DailyAsset] = declared_in(modules, DailyAsset)
    fitted: list[FittedAsset] = declared_in(modules, FittedAsset)
    whole: list[WholeAsset] = declared_in(modules, WholeAsset)
    ledger = declare_ledger([item.shown.name for item in daily])
    rows: list[tuple[int, str]] = []
    for item in daily:
        contract = item.spec.contract
        cells = (
            contract.asset,
            item.spec.group,
            contract.zone,
            "day",
            _reads(look_back_text(item.spec.reads), item.spec.records),
            "daily",
        )
        rows.append((_order(item.spec.group), _row(cells)))
    for fit in fitted:
        cells = (
            fit.name,
            fit.group,
            "internal",
            "none (records by cut-off)",
            look_back_text(fit.reads),
            "by calendar of cut-offs",
        )
        rows.append((_order(fit.group), _row(cells)))
    for table in whole:
        reads = look_back_text(table.reads)
        cells = (
            table.contract.asset,
            table.group,
            table.contract.zone,
            "none",
            _reads(reads, table.records),
            "after the daily run, on demand",
        )
        rows.append((_order(table.group), _row(cells)))
    rows.append(
        (len(ROOMS), _row((ledger.shown.name, "ledger", DAILY_LEDGER.zone, "day", "every daily table", "daily")))
    )
    head = "| asset | room | zone | partition | reads (look-back) | cadence |\n|---|---|---|---|---|---|\n"
    return head + "\n".join(text for _, text in sorted(rows, key=lambda row: row[0]))


def data_dictionary() -> str:
    """Markdown: every table with its columns, units and ranges."""
    contracts = [*room_contracts().values(), DAILY_LEDGER]
    return f"{_NOTE}\n\n# Data dictionary\n\n" + "\n\n".join(_table(contract) for contract in contracts) + "\n"


def write_pages(docs: Path) -> list[Path]:
    """Write ``assets.md`` and ``data.md`` under ``docs``; returns their paths."""
    table = f"{_NOTE}\n\n# Assets\n\nSee [architecture.md](architecture.md) for the drawing.\n\n{asset_table()}\n"
    pages = {docs / "assets.md": table, docs / "data.md": data_dictionary()}
    for path, text in pages.items():
        path.write_text(text, "utf-8")
    return list(pages)


def _order(group: str) -> int:
    return ROOMS.index(group) if group in ROOMS else len(ROOMS)


def _reads(reads: str, records: Iterable[str]) -> str:
    return ", ".join([reads, *(f"record {name}" for name in records)])


def _row(cells: Iterable[object]) -> str:
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def _table(contract: FrameContract) -> str:
    lines = [
        f"## {contract.asset}",
        "",
        f"Zone `{contract.zone}`; {contract.grain}; key: {', '.join(contract.key) or 'none'}.",
    ]
    if contract.description:
        lines += ["", contract.description]
    lines += ["", "| column | type | unit | null | range | meaning |", "|---|---|---|---|---|---|"]
    for column in contract.columns:
        bounds = [f"{value:g}" if value is not None else "" for value in (column.minimum, column.maximum)]
        allowed = " … ".join(bounds) if any(bounds) else ", ".join(column.values or ())
        lines.append(
            _row(
                (
                    column.name,
                    column.dtype,
                    column.unit or "",
                    "yes" if column.nullable else "no",
                    allowed,
                    column.description,
                )
            )
        )
    return "\n".join(lines)
