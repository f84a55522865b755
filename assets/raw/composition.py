"""Which sound rows go on under a policy, and the dataset-composition table (001, Table 1).

``ours`` keeps repeats (the publishers removed the reservation number, and identical group bookings are real) and
rows with gaps. ``paper`` drops exact repeats first and then rows with missing values, in the paper's order. A row with
a key of its source that was sent before as it is goes under either policy, and so does one that a later row of its own
day replaces (``recurrence``).
"""

import polars as pl

from assets.raw.contract import RAW_COUNTS
from assets.raw.quarantine import NOTHING_DECIDED, Parsed
from assets.raw.recurrence import REPEAT, REPLACED, ROOM
from assets.raw.settings import POLICIES, RawSettings
from resources.sources.base import Stream

STEPS = (
    # step of the table, column of RAW_COUNTS that it takes away
    ("Raw datasets", None),
    ("After quarantine", "quarantined"),  # ours: the paper does not say what happened to rows that can't be read
    ("After duplicate removal", "repeats_dropped"),
    ("After missing value handling", "missing_dropped"),
)
_MISSING = "missing value"
_MOST_SHOWN = 5
_DECISION = "decision"
_IS_RESENT = pl.col(_DECISION).is_in([REPEAT, REPLACED]).fill_null(value=False)


def apply_policy(
    rows: pl.DataFrame,
    stream: Stream,
    settings: RawSettings,
    policy: str | None = None,
    decisions: pl.DataFrame = NOTHING_DECIDED,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows that go on, and the others with their reason.

    Args:
        rows: ``RAW_BOOKINGS`` or ``RAW_REVIEWS`` rows of any days.
        stream: which of the two.
        settings: the policy and its columns.
        policy: takes the place of the settings' policy.
        decisions: what rows are taken for whose key came before (``Parsed.decisions``); what was sent before as it is,
            or is replaced by a later row of the day, goes under either policy.

    Returns:
        ``(kept, set_aside)``; ``set_aside`` has ``delivery_day``, ``row_id``, ``reason``. Order is kept.
    """
    resent = pl.when(_IS_RESENT).then(pl.col(_DECISION))
    reason = resent.when(is_repeat()).then(pl.lit(REPEAT)).when(is_missing(stream, settings)).then(pl.lit(_MISSING))
    if (policy or settings.policy) == "ours":
        reason = resent
    marked = _marked(rows, decisions).with_columns(reason.alias("reason"))
    kept = marked.filter(pl.col("reason").is_null()).drop("reason", _DECISION)
    return kept, marked.filter(pl.col("reason").is_not_null()).select("delivery_day", "row_id", "reason")


def _marked(rows: pl.DataFrame, decisions: pl.DataFrame) -> pl.DataFrame:
    """Rows in their order, with what they are taken for."""
    return rows.join(decisions, on=["delivery_day", "row_id"], how="left", maintain_order="left")


def is_repeat() -> pl.Expr:
    """Whether an earlier row of the day has the same delivered fields."""
    return pl.col("repeat_ordinal") > 1


def is_missing(stream: Stream, settings: RawSettings) -> pl.Expr:
    """Whether a value is missing that the paper's treatment needs: a named column, or all text of a review."""
    if stream == Stream.BOOKINGS:
        return pl.any_horizontal(pl.col(name).is_null() for name in settings.paper_booking_columns)
    nothing_said = _says_nothing("positive_text", "No Positive") & _says_nothing("negative_text", "No Negative")
    return pl.any_horizontal(nothing_said, *(pl.col(name).is_null() for name in settings.paper_review_columns))


def _says_nothing(column: str, placeholder: str) -> pl.Expr:
    return pl.col(column).str.strip_chars().fill_null("").is_in(["", placeholder])


def day_counts(stream: Stream, delivered: pl.DataFrame, parsed: Parsed, settings: RawSettings) -> pl.DataFrame:
    """Rows taken by each step, per day and for both policies, whichever is in force; and what was decided on the way.

    Args:
        stream: kind of row.
        delivered: rows as the source gave them (``_delivery_day``).
        parsed: what became of them.
        settings: the columns of the paper's policy.

    Returns:
        ``RAW_COUNTS`` rows for the days that delivered something, by day and policy.
    """
    came = delivered.group_by(pl.col("_delivery_day").alias("delivery_day")).len("delivered")
    bad = parsed.problems.group_by("delivery_day").agg(pl.col("row_id").n_unique().alias("quarantined"))
    came = came.join(bad, on="delivery_day", how="left").join(_unfit_keys(parsed), on="delivery_day", how="left")
    repeated = (is_repeat() | _IS_RESENT).alias("r")
    decided = [(pl.col(_DECISION) == decision).fill_null(value=False).alias(decision) for decision in (ROOM, REPLACED)]
    marked = _marked(parsed.rows, parsed.decisions)
    flags = marked.select(
        "delivery_day", repeated, _IS_RESENT.alias("s"), is_missing(stream, settings).alias("m"), *decided
    )
    frames: list[pl.DataFrame] = []
    for policy in POLICIES:
        drops = policy == "paper"
        taken = pl.col("r") if drops else pl.col("s")
        missing = pl.col("m") & ~taken
        sums = flags.group_by("delivery_day").agg(
            pl.col("r").sum().alias("repeats"), taken.sum().alias("repeats_dropped"), missing.sum().alias("missing"),
            pl.col(ROOM).sum().alias("rooms"), pl.col(REPLACED).sum(),
        )  # fmt: skip
        whole = ("quarantined", "repeats", "repeats_dropped", "missing", "rooms", REPLACED, "unfit_key_rows")
        frames.append(
            came.join(sums, on="delivery_day", how="left")
            .with_columns(pl.lit(stream.value).alias("stream"), pl.lit(policy).alias("policy"))
            .with_columns(pl.col(whole).fill_null(0))
            .with_columns((pl.col("missing") * int(drops)).alias("missing_dropped"))
            .with_columns(kept_rows().alias("kept"))
        )
    return RAW_COUNTS.conform(pl.concat(frames).sort("delivery_day", "policy").select(RAW_COUNTS.names))


def _unfit_keys(parsed: Parsed) -> pl.DataFrame:
    """``unfit_key_rows`` and ``unfit_keys`` (masked, in words) by day."""
    words = pl.format("{} {}: {} rows", "kind", "key", "rows")
    ordered = parsed.unfit.sort("delivery_day", "kind", "rows", "key", descending=[False, False, True, False])
    return ordered.group_by("delivery_day", maintain_order=True).agg(
        pl.col("rows").sum().alias("unfit_key_rows"), words.head(_MOST_SHOWN).str.join("; ").alias("unfit_keys")
    )


def kept_rows() -> pl.Expr:
    """Rows that go on = delivered − quarantined − repeats dropped − rows with gaps dropped."""
    # Signed: counts come as unsigned integers, where a negative balance would wrap round.
    taken = [pl.col(name).cast(pl.Int64) for name in ("quarantined", "repeats_dropped", "missing_dropped")]
    return pl.col("delivered").cast(pl.Int64) - taken[0] - taken[1] - taken[2]


def dataset_composition(counts: pl.DataFrame) -> pl.DataFrame:
    """The table's first steps: rows left after each, for every policy and stream.

    Language, anomaly and pairing steps belong to later rooms, which continue from the last row's figure.

    Args:
        counts: ``RAW_COUNTS`` rows of any number of days.

    Returns:
        ``policy``, ``stream``, ``step_number``, ``step``, ``dropped``, ``rows``, and ``found`` (rows of the kind
        that are there, dropped or not), in the paper's order.
    """
    names = ("delivered", "quarantined", "repeats", "repeats_dropped", "missing", "missing_dropped")
    totals = counts.group_by("policy", "stream").agg(pl.col(names).cast(pl.Int64).sum()).sort("policy", "stream")
    steps: list[dict[str, object]] = []
    for total in totals.iter_rows(named=True):
        rows = total["delivered"]
        for number, (step, column) in enumerate(STEPS):
            dropped = total[column] if column else 0
            rows -= dropped
            there = total[column.removesuffix("_dropped")] if column else 0
            key = {"policy": total["policy"], "stream": total["stream"], "step_number": number, "step": step}
            steps.append({**key, "found": there, "dropped": dropped, "rows": rows})
    whole = pl.Int64
    schema = {"policy": pl.String, "stream": pl.String, "step_number": pl.Int32, "step": pl.String}
    return pl.DataFrame(steps, schema={**schema, "found": whole, "dropped": whole, "rows": whole})
