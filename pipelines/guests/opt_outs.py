"""Which stored bookings are under a notice, and which notices fit nobody.

Read in the restricted zone, handed over as booking ids and masked identifiers only.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import dagster as dg
import polars as pl

from assets.common.shell import RESOURCE
from assets.common.workspace import Workspace
from assets.privacy.contract import PSEUDONYMS
from assets.privacy.opt_outs import HISTORY, notice_history
from assets.privacy.pseudonyms import keyed_hash
from assets.raw.contract import QUARANTINE, RAW_BOOKINGS, RAW_REVIEWS
from assets.raw.exclusion import OPTED_OUT, as_rows
from assets.raw.quarantined_fields import quarantined_fields
from pipelines.guests.key_rules import caps_of, unfit_keys, words_of
from pipelines.ledger import DAILY_LEDGER
from resources.access_log import reading_for
from resources.identifiers import masked
from resources.notices import SCHEMA, forms_of, identifier_forms, notice_forms
from resources.sources.base import Stream
from resources.sources.keys import Placeholders, key_expression
from resources.tombstones import EMAIL, GUEST_KEY, RESERVATION, ROW

CHECK = "opt_outs_meet_somebody"
ADVICE = "the guest who asked is still in the data: `stayworth status` names it; mend the identifier and run again"
_SHOWN = 5
_STREAMS = {
    RAW_BOOKINGS.asset: (Stream.BOOKINGS, "reservation_id", "reservation"),
    RAW_REVIEWS.asset: (Stream.REVIEWS, "review_key", "review"),
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
        lake = self._workspace.lake
        with reading_for("opt-outs"):
            bookings = lake.read_days(RAW_BOOKINGS, lake.days(RAW_BOOKINGS.asset))
            pseudonyms = lake.read_days(PSEUDONYMS, lake.days(PSEUDONYMS.asset))
        words = words_of(self._workspace.settings)
        return notice_history(bookings, pseudonyms, notices, self._workspace.key, words)


@dataclass(frozen=True)
class UnmetNotice:
    """An opt-out or a consent that fits no row.

    Attributes:
        kind: which of the two.
        identifier: masked.
        day: from which it should count.
        hint: what may be wrong with it.
    """

    kind: str
    identifier: str
    day: date
    hint: str


@dataclass(frozen=True)
class _Rules:
    """How the source's identifiers are read."""

    words: Placeholders
    unfit: frozenset[str]
    caps: str


def unmet_notices(workspace: Workspace) -> list[UnmetNotice]:
    """Notices up to the last stored day that fit no row ever delivered: the guest who asked is still in the data.

    A row that an opt-out kept out is not stored, so days on which rows were kept out are asked of the source again.
    """
    notices, last = _notices(workspace), _last_day(workspace)
    if notices.is_empty() or last is None:
        return []
    asked = notices.filter(pl.col("day") <= last).unique(["identifier", "kind"], keep="first", maintain_order=True)
    words = words_of(workspace.settings)
    known = notice_forms(asked, words)
    keys = frozenset(known.filter(pl.col("column") == "guest_key")["identifier"])
    with reading_for("opt-outs"):
        rules = _Rules(words, unfit_keys(workspace, keys) if keys else frozenset(), caps_of(workspace.settings))
        met = {("row_id", ""), *_known_to_lake(workspace, known, words)}
        marks = _marks_kept_out(workspace)
        rest = known.filter(~_is_among(known, met))
        if rest.height:
            met |= _kept_out(workspace, words)
    met -= {("guest_key", key) for key in rules.unfit}
    return [
        UnmetNotice(kind, masked(identifier), day, _hint(forms_of(identifier, words), met, rules))
        for identifier, kind, day in asked.select("identifier", "kind", "day").sort("day", "identifier").iter_rows()
        if not set(forms_of(identifier, words).items()) & met
        and not _is_known_by_mark(workspace, forms_of(identifier, words), marks)
    ]


def later_notices(workspace: Workspace) -> pl.DataFrame:
    """Notices that count from a day after the last stored one; whom they fit can't be told yet."""
    notices, last = _notices(workspace), _last_day(workspace)
    return notices.clear() if last is None else notices.filter(pl.col("day") > last)


def _notices(workspace: Workspace) -> pl.DataFrame:
    notices = getattr(workspace.source, "notices", None)
    return pl.DataFrame(schema=SCHEMA) if notices is None else notices


def _last_day(workspace: Workspace) -> date | None:
    return max((day for asset in _STREAMS for day in workspace.lake.days(asset)), default=None)


def _is_among(known: pl.DataFrame, met: set[tuple[str, str]]) -> pl.Series:
    pairs = known.select("column", "identifier").iter_rows()
    return pl.Series([pair in met for pair in pairs], dtype=pl.Boolean)


def _known_to_lake(workspace: Workspace, known: pl.DataFrame, words: Placeholders) -> set[tuple[str, str]]:
    """Identifiers of stored rows, and guest keys whose raw rows have left but whose hash is known."""
    lake = workspace.lake
    bookings = lake.read_days(RAW_BOOKINGS, lake.days(RAW_BOOKINGS.asset), ["row_id", "guest_key", "email"])
    reviews = lake.read_days(RAW_REVIEWS, lake.days(RAW_REVIEWS.asset), ["row_id", "guest_key"])
    names = ["row_id", "guest_hash"]
    pseudonyms = lake.read_days(PSEUDONYMS, lake.days(PSEUDONYMS.asset), names)
    cut = quarantined_fields(lake.read_days(QUARANTINE, lake.days(QUARANTINE.asset)))
    frames = (bookings, reviews, pseudonyms.select("row_id"), as_rows(cut, words))
    met = {pair for frame in frames for pair in _pairs(frame, words)}
    keys = known.filter(pl.col("column") == "guest_key")["identifier"].to_list()
    hashes = set(pseudonyms["guest_hash"].drop_nulls())
    made = zip(keys, keyed_hash(keys, "guest", workspace.key), strict=True)
    return met | {("guest_key", key) for key, value in made if value in hashes}


def _kept_out(workspace: Workspace, words: Placeholders) -> set[tuple[str, str]]:
    """Identifiers of the source's rows of days on which an opt-out kept rows out."""
    met: set[tuple[str, str]] = set()
    for asset, (stream, number, prefix) in _STREAMS.items():
        records = ((day, workspace.lake.record(asset, day)) for day in workspace.lake.days(asset))
        days = [day for day, record in records if record is not None and record.set_aside.get(OPTED_OUT)]
        if not days:
            continue
        rows = workspace.source.rows(stream, days)
        room = (
            key_expression(pl.col("room_number"), words) if "room_number" in rows.columns else pl.lit(None, pl.String)
        )
        ending = pl.coalesce(pl.format(":room:{}", room), pl.lit(""))
        ids = pl.format(prefix + ":{}{}", key_expression(pl.col(number), words), ending)
        names = [name for name in ("guest_key", "email") if name in rows.columns]
        met |= _pairs(rows.select(ids.alias("row_id"), *names), words)
    return met


def _pairs(rows: pl.DataFrame, words: Placeholders) -> set[tuple[str, str]]:
    """Column and identifier in every spelling that a notice may use, of every cell."""
    names = [name for name in ("row_id", "guest_key", "email") if name in rows.columns]
    return set(identifier_forms(rows, names, [], words).unique().iter_rows())


def _marks_kept_out(workspace: Workspace) -> set[str]:
    """Keyed marks of the rows that an opt-out kept out."""
    lake = workspace.lake
    aside = [lake.set_aside(asset, lake.days(asset)) for asset in _STREAMS]
    return {mark for rows in aside for mark in rows.filter(pl.col("reason") == OPTED_OUT)["row_id"]}


def _is_known_by_mark(workspace: Workspace, forms: dict[str, str], marks: set[str]) -> bool:
    """Whether an erased guest had the identifier, or a row was kept out by its id, which may be made of its content."""
    tombstones = workspace.resource("tombstones").load()
    kinds = ((EMAIL, "email"), (GUEST_KEY, "guest_key"), (ROW, "row_id"), (RESERVATION, "row_id"))
    was_erased = any(any(tombstones.has(kind, [forms.get(column)])) for kind, column in kinds)
    return was_erased or ("row_id" in forms and tombstones.mark(ROW, forms["row_id"]) in marks)


def _hint(forms: dict[str, str], met: set[tuple[str, str]], rules: _Rules) -> str:
    if not forms:
        return "this stands for `no key` (raw.placeholders) and names nobody"
    if forms.get("guest_key") in rules.unfit:
        return f"this key holds more than one guest may ({rules.caps}) and names nobody: write the e-mail address"
    number = forms["row_id"]
    for prefix in ("reservation", "review"):
        if ("row_id", f"{prefix}:{number}") in met:
            return f"it is the number of a {prefix}: write {prefix}:<number>"
    return "no row has it as e-mail address, guest key or row id: ask how the source writes it"


def warn_of_opt_outs(workspace: Workspace, say: Callable[[str], None]) -> None:
    """One line at the terminal per notice that fits nobody, masked; and how many do not count yet."""
    for item in unmet_notices(workspace):
        say(f"Warning: {item.kind} of {item.day} ({item.identifier}) fits nobody: {item.hint}")
    later = later_notices(workspace).sort("day", "identifier")
    if later.height:
        shown = [f"{masked(identifier)} from {day}" for identifier, _, day in later.head(_SHOWN).iter_rows()]
        more = f" and {later.height - _SHOWN} more" if later.height > _SHOWN else ""
        say(
            f"{later.height} opt-outs or consents are not yet in force, because their day comes after the last stored "
            f"one: {', '.join(shown)}{more}"
        )


def build_opt_out_check(retries: dg.RetryPolicy | None = None) -> dg.AssetChecksDefinition:
    """A check that warns at the end of a run: a notice that fits no row."""

    @dg.asset_check(
        asset=DAILY_LEDGER.asset,
        name=CHECK,
        description="Every opt-out and consent up to the last stored day fits a row that was delivered.",
        required_resource_keys={RESOURCE},
        blocking=False,
        retry_policy=retries,
    )
    def opt_outs_meet_somebody(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
        workspace = getattr(context.resources, RESOURCE)
        unmet = unmet_notices(workspace)
        told = {
            "notices": len(unmet),
            "days": ", ".join(sorted({str(item.day) for item in unmet})),
            "not_yet_in_force": later_notices(workspace).height,
            "advice": ADVICE,
        }
        return dg.AssetCheckResult(passed=not unmet, severity=dg.AssetCheckSeverity.WARN, metadata=told)

    return opt_outs_meet_somebody
