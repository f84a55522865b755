"""The two ways in which the exchange format writes a day. Strict, so that a damaged date is seen as one."""

import polars as pl

ISO_DAY = "YYYY-MM-DD"
US_DAY = "M/D/YYYY"


def iso_day(text: pl.Expr) -> pl.Expr:
    """The day of text such as ``2016-02-29``; null where it isn't one (wrong form, impossible date)."""
    clean = text.str.strip_chars()
    written = pl.when(clean.str.contains(r"^\d{4}-\d{2}-\d{2}$")).then(clean)
    return written.str.to_date("%Y-%m-%d", strict=False)


def us_day(text: pl.Expr) -> pl.Expr:
    """The day of text such as ``8/3/2017`` (month first); null where it isn't one."""
    clean = text.str.strip_chars()
    written = pl.when(clean.str.contains(r"^\d{1,2}/\d{1,2}/\d{4}$")).then(clean)
    return written.str.to_date("%m/%d/%Y", strict=False)
