"""The generated pages of ``docs/reference``: assets, columns, settings, checks, models and commands, from the code."""

from collections.abc import Iterable
from pathlib import Path

import click

from assets.common.daily import DailyAsset
from assets.common.declaration import Cadence
from assets.common.delivery import (
    DELIVERY_ADVICE,
    DELIVERY_CHECK,
    HOTELS_ADVICE,
    HOTELS_CHECK,
    UNREAD_ADVICE,
    UNREAD_CHECK,
)
from assets.common.promotion import CONSERVATION_ADVICE, CONSERVATION_CHECK, CONTRACT_ADVICE, CONTRACT_CHECK
from assets.common.step import DeclaredAsset, reads_in_words
from assets.common.whole import WholeAsset
from assets.models.estimators.registry import all_models
from assets.models.estimators.spec import model_spec
from assets.models.evaluation.tuning import space_owner
from pipelines.commands_page import commands_page
from pipelines.configuration import configuration_page
from pipelines.guests.opt_outs import ADVICE
from pipelines.guests.opt_outs import CHECK as OPT_OUTS
from pipelines.guests.rotation import tables_of_the_key
from pipelines.ledger import DAILY_LEDGER, declare_ledger
from pipelines.rooms import declared_assets, room_contracts, room_packages
from resources.contract import CheckOutcome, Column, FrameContract, Zone

_NOTE = "<!-- Written by `make docs` from the code; do not edit. -->"
_DATA_PREFACE = (
    "*Whose*: whom a value of the column leads to (guest, booking, review, or customer: a pseudo-customer, one guest "
    "or several alike); none: an id of nobody. Erasure, subject access and opt-out follow it ([guests' "
    "rights](../privacy/guest_rights.md)). *Named*: the row is somebody else's, and the cell becomes empty when the "
    "one that it names is erased.\n\n"
    "What the keys of a source must be, and how their spellings, gaps and repeats are read: [keys](../operate/keys.md)."
)

_CHECKS_PREFACE = """\
# Checks, and what to do when one fails

A check that *stops* keeps its day aside (`lake/<zone>/.failed/<table>/<day>.parquet`, the reasons beside it): the last
good data is still served, days that depend on it are pending, the run ends failed. One that *warns* is shown in the UI
and lets the day pass. The failed check shows the number of rows and five examples (ids only). Then:

1. `stayworth status` names the table and the day;
2. do what the last column says;
3. `stayworth backfill --from <day> --to <day>`, then `stayworth settle`.
"""
_MODELS_PREFACE = """\
# Models

What is known of every model ([how to add one](../how_to/add_a_model.md)). *Seconds*: of one fit on the public files,
one core. *Tuned as*: whose tuned values it takes. *Kept*: whether it can be stored, and so score customers; the others
are compared. Claims are what the report tests, not what is so.
"""
VERDICT = "no_day_failed"
_SHELL_CHECKS = {  # checks that every table has from the shell, which names no advice of its own without data
    CONTRACT_CHECK: (True, CONTRACT_ADVICE),
    CONSERVATION_CHECK: (True, CONSERVATION_ADVICE),
    VERDICT: (True, "see the failed checks of the tables that the message names, mend the input, and re-run the days"),
    DELIVERY_CHECK: (True, DELIVERY_ADVICE),
    UNREAD_CHECK: (False, UNREAD_ADVICE),
    HOTELS_CHECK: (False, HOTELS_ADVICE),
    OPT_OUTS: (False, ADVICE),
}


_CADENCES = {
    Cadence.DAILY: "daily",
    Cadence.SCORING: "daily",
    Cadence.BY_CUT_OFF: "by calendar of cut-offs",
    Cadence.REGULAR: "after the daily run, on demand",
    Cadence.STUDY: "a study, on demand",
}


def asset_table() -> str:
    """Markdown: asset × room × zone × partition × look-back × cadence."""
    rooms = declared_assets()
    ledger = declare_ledger([item.name for item in rooms if isinstance(item, DailyAsset)])
    rows = [(_order(item.declaration.group), _row(_cells(item))) for item in rooms]
    cells = (ledger.name, "ledger", DAILY_LEDGER.zone, "day", "every daily table", "daily")
    rows.append((_order("ledger"), _row(cells)))
    head = "| asset | room | zone | partition | reads (look-back) | cadence |\n|---|---|---|---|---|---|\n"
    return head + "\n".join(text for _, text in sorted(rows, key=lambda row: row[0]))


def _cells(item: DeclaredAsset) -> tuple[object, ...]:
    is_record = item.contract is None
    partition = "day" if item.is_partitioned else "none (records by cut-off)" if is_record else "none"
    reads = reads_in_words(item.reads)
    return (
        item.name,
        item.declaration.group,
        Zone.INTERNAL if item.contract is None else item.contract.zone,
        partition,
        reads if is_record else _reads(reads, item.records),
        _CADENCES[item.declaration.cadence],
    )


def data_dictionary() -> str:
    """Markdown: every table with its columns, units and ranges."""
    contracts = [*room_contracts().values(), DAILY_LEDGER]
    return (
        f"{_NOTE}\n\n# Data dictionary\n\n{_DATA_PREFACE}\n\n"
        + "\n\n".join(_table(contract) for contract in contracts)
        + "\n"
    )


def check_table() -> str:
    """Markdown: every check, the tables it guards, whether it stops a day, and what to do when it fails."""
    guarded: dict[str, list[str]] = {}
    own: list[CheckOutcome] = []
    for item in declared_assets():
        for name in item.check_advice():
            guarded.setdefault(name, []).append(item.name)
        own += _outcomes_without_data(item)
    told = {outcome.name: (outcome.is_blocking, outcome.advice) for outcome in own} | _SHELL_CHECKS
    guarded[VERDICT] = guarded[OPT_OUTS] = [DAILY_LEDGER.asset]
    rows = []
    for name, tables in guarded.items():
        stops, advice = told[name]
        shown = "every table" if name == CONTRACT_CHECK else ", ".join(f"`{table}`" for table in tables)
        rows.append(_row((f"`{name}`", shown, "stops" if stops else "warns", advice)))
    return "| check | guards | when red | what to do |\n|---|---|---|---|\n" + "\n".join(rows)


def _outcomes_without_data(item: DeclaredAsset) -> list[CheckOutcome]:
    validate = item.spec.validate if isinstance(item, DailyAsset) else getattr(item, "validate", None)
    own = list(validate(item.contract.empty())) if validate and item.contract else []
    return own + list(item.further_checks if isinstance(item, WholeAsset) else ())


def model_table() -> str:
    """Markdown: every model, what it reads, how it is tuned and kept, and what it is claimed to be better than."""
    rows = []
    for name in all_models():
        spec = model_spec(name)
        claims = "; ".join(claim.text for claim in spec.claims) or "–"
        cells = (f"`{name}`", spec.title, spec.side, ", ".join(spec.reads), f"{spec.seconds_per_fit:g}",
                 space_owner(name) or "–", "yes" if spec.is_servable else "no", claims)  # fmt: skip
        rows.append(_row(cells))
    head = "| model | as people call it | side | reads | seconds | tuned as | kept | claims |\n"
    return head + "|---|---|---|---|---|---|---|---|\n" + "\n".join(rows)


def write_pages(folder: Path, command_line: click.Group) -> list[Path]:
    """Write the generated pages under a folder; returns their paths.

    Args:
        folder: where the pages go, ``docs/reference`` in the repository; made if it is not there.
        command_line: whose commands are listed.
    """
    keyed = " and ".join(f"`{name}`" for name in tables_of_the_key())
    preface = (
        "See [architecture.md](../architecture.md) for the drawing. Named by the secret key, and so removed at a [key "
        f"rotation](../operate/operations.md#key-rotation): {keyed}."
    )
    table = f"{_NOTE}\n\n# Assets\n\n{preface}\n\n{asset_table()}\n"
    pages = {
        folder / "assets.md": table,
        folder / "data.md": data_dictionary(),
        folder / "configuration.md": configuration_page(_NOTE),
        folder / "models.md": f"{_NOTE}\n\n{_MODELS_PREFACE}\n{model_table()}\n",
        folder / "commands.md": commands_page(_NOTE, command_line),
        folder / "checks.md": f"{_NOTE}\n\n{_CHECKS_PREFACE}\n{check_table()}\n",
    }
    folder.mkdir(parents=True, exist_ok=True)
    for path, text in pages.items():
        path.write_text(text, "utf-8")
    return list(pages)


def _order(group: str) -> int:
    rooms = list(room_packages())
    return rooms.index(group) if group in rooms else len(rooms)


def _reads(reads: str, records: Iterable[str]) -> str:
    return ", ".join([reads, *(f"record {name}" for name in records)])


def _row(cells: Iterable[object]) -> str:
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def _whose(column: Column) -> str:
    subject = column.subject or ""
    return f"{subject} (named)" if column.is_reference else str(subject)


def _table(contract: FrameContract) -> str:
    lines = [
        f"## {contract.asset}",
        "",
        f"Zone `{contract.zone}`; {contract.grain}; key: {', '.join(contract.key) or 'none'}.",
    ]
    if contract.description:
        lines += ["", contract.description]
    lines += ["", "| column | type | unit | null | range | whose | meaning |", "|---|---|---|---|---|---|---|"]
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
                    _whose(column),
                    column.description,
                )
            )
        )
    return "\n".join(lines)
