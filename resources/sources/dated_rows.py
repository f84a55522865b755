"""Rows of a stream by day, and the digest of what each day delivered."""

import hashlib
from collections.abc import Sequence
from datetime import date
from functools import cached_property

import polars as pl


class DatedRows:
    """All rows of a stream, sorted by day, with the place of each day."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self._frame = frame
        lengths = frame.group_by("_delivery_day", maintain_order=True).len()
        ends = lengths["len"].cum_sum()
        self._spans = dict(
            zip(lengths["_delivery_day"], zip(ends - lengths["len"], lengths["len"], strict=True), strict=True)
        )
        self.first_day: date = lengths["_delivery_day"][0]
        self.last_day: date = lengths["_delivery_day"][-1]

    def values(self, column: str) -> pl.Series:
        """Different texts of a column, without gaps."""
        return self._frame[column].drop_nulls().unique()

    def rows(self, days: Sequence[date]) -> pl.DataFrame:
        """Rows of those days, by day and then in file order."""
        spans = [self._spans[day] for day in sorted(set(days)) if day in self._spans]
        merged: list[tuple[int, int]] = []
        for start, length in spans:
            if merged and sum(merged[-1]) == start:
                merged[-1] = (merged[-1][0], merged[-1][1] + length)
            else:
                merged.append((start, length))
        pieces = [self._frame.slice(start, length) for start, length in merged]
        return pl.concat(pieces) if pieces else self._frame.clear()

    def fingerprint(self, day: date) -> str:
        """SHA-256 of the day's text in order."""
        return self._fingerprints.get(day, NOTHING_DELIVERED)

    @cached_property
    def _fingerprints(self) -> dict[date, str]:
        lines = content_lines(self._frame)
        return {day: digest_of_lines(lines.slice(start, length)) for day, (start, length) in self._spans.items()}


def content_lines(rows: pl.DataFrame) -> pl.Series:
    """One line of text per row: its content, without the place where it stood."""
    text = rows.drop("_delivery_day", "_source_file", "_source_row", strict=False)
    return text.select(pl.concat_str(pl.all().fill_null("\x00"), separator="\x1f")).to_series()


def digest_of_lines(lines: pl.Series) -> str:
    """SHA-256 of lines of text, in order."""
    digest = hashlib.sha256()
    for line in lines:
        digest.update(line.encode("utf-8") + b"\x1e")
    return digest.hexdigest()


NOTHING_DELIVERED = digest_of_lines(pl.Series([], dtype=pl.String))
