"""Which stored bookings are under a notice, and which opt-outs fit nobody.

Read in the restricted zone, handed over as booking ids and masked identifiers only.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import dagster as dg
import polars as pl

from assets.common.shell import RESOURCE
from assets.common.workspace import Workspace
from assets.privacy.opt_outs import HISTORY, notice_history
from assets.privacy.pseudonyms import keyed_hash
from assets.raw.exclusion import OPTED_OUT, as_rows
from assets.raw.quarantined_fields import quarantined_fields
from pipelines.ledger import DAILY_LEDGER
from resources.access_log import reading_for
from resources.identifiers import masked
from resources.notices import KINDS, forms_of, notice_forms, with_forms
from resources.sources.base import Stream
from resources.tombstones import EMAIL, GUEST_KEY, ROW

CHECK = "opt_outs_meet_somebody"
ADVICE = "the guest who asked is still in the data: `stayworth status` names it; mend the identifier and run again"
_STREAMS = {
    "raw_bookings": (Stream.BOOKINGS, "reservation_id", "reservation"),
    "raw_reviews": (Stream.REVIEWS, "review_key", "review"),
}


class OptOutRegister:
    """The notices by booking, as the stored rows and the source's notices stand.

    Args:
        workspace: its lake and source.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def history(self) -> pl.DataFrame:
        """``booking_id``, ``kind``, ``day``; empty, and nothing read, where nobody gave a notice."""
        notices = getattr(self._workspace.source, "notices", None)
        if notices is None or notices.is_empty():
            return pl.DataFrame(schema=HISTORY)
        lake, contracts = self._workspace.lake, self._workspace.contracts
        with reading_for("opt-outs"):
            bookings = lake.read_days(contracts["raw_bookings"], lake.days("raw_bookings"))
            pseudonyms = lake.read_days(contracts["pseudonyms"], lake.days("pseudonyms"))
        return notice_history(bookings, pseudonyms, notices, self._workspace.key)


@dataclass(frozen=True)
class UnmetOptOut:
    """An opt-out that fits no row.

    Attributes:
        identifier: masked.
        day: from which it should count.
        hint: what may be wrong with it.
    """

    identifier: str
    day: date
    hint: str


def unmet_opt_outs(workspace: Workspace) -> list[UnmetOptOut]:
    """Opt-outs up to the last stored day that fit no row ever delivered: the guest who asked is still in the data.

    A row that an opt-out kept out is not stored, so days on which rows were kept out are asked of the source again.
    """
    notices, lake = getattr(workspace.source, "notices", None), workspace.lake
    last = max((day for asset in _STREAMS for day in lake.days(asset)), default=None)
    if notices is None or last is None:
        return []
    asked = notices.filter((pl.col("kind") == KINDS[0]) & (pl.col("day") <= last)).unique("identifier", keep="first")
    known = notice_forms(asked)
    with reading_for("opt-outs"):
        met = {("row_id", ""), *_known_to_lake(workspace, known)}
        rest = known.filter(~_is_among(known, met))
        if rest.height:
            met |= _kept_out(workspace)
    return [
        UnmetOptOut(masked(identifier), day, _hint(forms_of(identifier), met))
        for identifier, day in asked.select("identifier", "day").sort("day", "identifier").iter_rows()
        if not set(forms_of(identifier).items()) & met and not _was_erased(workspace, identifier)
    ]


def _is_among(known: pl.DataFrame, met: set[tuple[str, str]]) -> pl.Series:
    pairs = known.select("column", "identifier").iter_rows()
    return pl.Series([pair in met for pair in pairs], dtype=pl.Boolean)


def _known_to_lake(workspace: Workspace, known: pl.DataFrame) -> set[tuple[str, str]]:
    """Identifiers of stored rows, and guest keys whose raw rows have left but whose hash is known."""
    lake, contracts = workspace.lake, workspace.contracts
    bookings = lake.read_days(contracts["raw_bookings"], lake.days("raw_bookings"), ["row_id", "guest_key", "email"])
    reviews = lake.read_days(contracts["raw_reviews"], lake.days("raw_reviews"), ["row_id"])
    names = ["row_id", "guest_hash"]
    pseudonyms = lake.read_days(contracts["pseudonyms"], lake.days("pseudonyms"), names)
    cut = quarantined_fields(lake.read_days(contracts["quarantine"], lake.days("quarantine")))
    met = _pairs(bookings) | _pairs(reviews) | _pairs(pseudonyms.select("row_id")) | _pairs(as_rows(cut))
    keys = known.filter(pl.col("column") == "guest_key")["identifier"].to_list()
    hashes = set(pseudonyms["guest_hash"].drop_nulls())
    made = zip(keys, keyed_hash(keys, "guest", workspace.key), strict=True)
    return met | {("guest_key", key) for key, value in made if value in hashes}


def _kept_out(workspace: Workspace) -> set[tuple[str, str]]:
    """Identifiers of the source's rows of days on which an opt-out kept rows out."""
    met: set[tuple[str, str]] = set()
    for asset, (stream, number, prefix) in _STREAMS.items():
        records = ((day, workspace.lake.record(asset, day)) for day in workspace.lake.days(asset))
        days = [day for day, record in records if record is not None and record.set_aside.get(OPTED_OUT)]
        if not days:
            continue
        rows = workspace.source.rows(stream, days)
        ids = pl.when(pl.col(number).str.strip_chars() != "").then(pl.format(prefix + ":{}", number))
        met |= _pairs(
            rows.select(ids.alias("row_id"), *(name for name in ("guest_key", "email") if name in rows.columns))
        )
    return met


def _pairs(rows: pl.DataFrame) -> set[tuple[str, str]]:
    """Column and identifier in its one spelling, of every cell."""
    names = [name for name in ("row_id", "guest_key", "email") if name in rows.columns]
    formed = with_forms(rows.select(names), names)
    return {(name, value) for name in names for value in formed[name].drop_nulls().unique()}


def _was_erased(workspace: Workspace, identifier: str) -> bool:
    tombstones = workspace.resource("tombstones").load()
    return any(any(tombstones.has(kind, [identifier])) for kind in (EMAIL, GUEST_KEY, ROW))


def _hint(forms: dict[str, str], met: set[tuple[str, str]]) -> str:
    if not forms:
        return "this stands for `no key` and names nobody"
    number = forms["row_id"]
    for prefix in ("reservation", "review"):
        if ("row_id", f"{prefix}:{number}") in met:
            return f"it is the number of a {prefix}: write {prefix}:<number>"
    return "no row has it as e-mail address, guest key or row id: ask how the source writes it"


def warn_of_opt_outs(workspace: Workspace, say: Callable[[str], None]) -> None:
    """One line at the terminal per opt-out that fits nobody, masked."""
    for item in unmet_opt_outs(workspace):
        say(f"Warning: opt-out of {item.day} ({item.identifier}) fits nobody: {item.hint}")


def build_opt_out_check(retries: dg.RetryPolicy | None = None) -> dg.AssetChecksDefinition:
    """A check that warns at the end of a run: an opt-out that fits no row."""

    @dg.asset_check(
        asset=DAILY_LEDGER.asset,
        name=CHECK,
        description="Every opt-out up to the last stored day fits a row that was delivered.",
        required_resource_keys={RESOURCE},
        blocking=False,
        retry_policy=retries,
    )
    def opt_outs_meet_somebody(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
        unmet = unmet_opt_outs(getattr(context.resources, RESOURCE))
        told = {"opt_outs": len(unmet), "days": ", ".join(sorted({str(item.day) for item in unmet})), "advice": ADVICE}
        return dg.AssetCheckResult(passed=not unmet, severity=dg.AssetCheckSeverity.WARN, metadata=told)

    return opt_outs_meet_somebody
