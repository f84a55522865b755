"""The attack suite: every attack against every zone at each k, as the rows of ``privacy_attacks``.

The evaluation reads ``restricted`` to know whether an attack was right; the attackers read only their zone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from assets.privacy.contract import PUBLISHED_BOOKINGS, RELEASED_BOOKINGS
from assets.privacy.publication import mean_in_tens, publish_bookings
from assets.privacy.settings import PrivacySettings
from assets.studies.attacks.inference import (
    OUTCOME,
    REVENUE_BAND,
    Secret,
    attack_attribute,
    band_reader,
    outcome_of_rows,
)
from assets.studies.attacks.linkage import BY_ZONE, attack_linkage
from assets.studies.attacks.rates import AttackResult, exact_k
from assets.studies.attacks.search import Haystack, exact_labels, haystack_of, known_guests

SCORING = ["booking_id", "unit", "person"]
_STAYED, _LOST = "Check-Out", "Canceled"
Publish = Callable[[pl.DataFrame, int], pl.DataFrame]


@dataclass(frozen=True, kw_only=True)
class Population:
    """The history as the evaluation sees it.

    Attributes:
        bookings: raw bookings.
        pseudonyms: their pseudonyms.
        stored: labelled bookings as stored, made with ``settings.k``: the published ones with the ids that score.
        settings: of the privacy room.
    """

    bookings: pl.DataFrame
    pseudonyms: pl.DataFrame
    stored: pl.DataFrame
    settings: PrivacySettings

    @property
    def has_guests(self) -> bool:
        """Whether the source names its guests."""
        return bool(self.bookings["guest_key"].is_not_null().any())

    def known(self) -> pl.DataFrame:
        """Every booking with what an attacker may know of it, and what scores him: ``unit``, ``person``."""
        named = self.pseudonyms.drop("key_epoch")
        joined = self.bookings.join(named, on=["delivery_day", "row_id"], how="inner", maintain_order="left")
        stayed = pl.col("reservation_status") == _STAYED
        person = "guest_hash" if self.has_guests else "pseudo_customer_id"
        return known_guests(joined, self.settings.batch).with_columns(
            unit=pl.coalesce("guest_hash", "booking_id"),
            person=pl.col(person),
            reservation_status=pl.when(stayed).then(pl.lit(_STAYED)).otherwise(pl.lit(_LOST)),
        )

    def published(self, k: int) -> pl.DataFrame:
        """Published rows at a k: the stored ones, or the history published again."""
        if k == self.settings.k:
            return self.stored
        return self._publish(self.bookings, k)

    def published_without(self, units: pl.Series, known: pl.DataFrame, k: int, base: pl.DataFrame) -> pl.DataFrame:
        """The history published without any row of these guests; only batches that lose a row are made again.

        Args:
            units: who is left out.
            known: :meth:`known`.
            k: of the labels.
            base: :meth:`published` at the same k.
        """
        gone = known.filter(pl.col("unit").is_in(units.implode()))
        touched = known.filter(pl.col("day").is_in(gone["day"].unique().implode()))
        rest = touched.join(gone.select("row_id", "delivery_day"), on=["row_id", "delivery_day"], how="anti")
        again = self.bookings.join(rest.select("row_id", "delivery_day"), on=["row_id", "delivery_day"], how="semi")
        numbers = touched["day"].unique().implode()
        kept = base.filter(~pl.col("delivery_day").cast(pl.Int32).cast(pl.Int64).is_in(numbers))
        return pl.concat([kept, self._publish(again, k)]) if again.height else kept

    def _publish(self, bookings: pl.DataFrame, k: int) -> pl.DataFrame:
        return publish_bookings(bookings, self._names(bookings), replace(self.settings, k=k)).published

    def _names(self, bookings: pl.DataFrame) -> pl.DataFrame:
        return self.pseudonyms.join(
            bookings.select("row_id", "delivery_day"), on=["row_id", "delivery_day"], how="semi"
        )


def attack_bookings(
    population: Population, ks: Sequence[int], number: int, rng: np.random.Generator
) -> list[AttackResult]:
    """Linkage, singling out and attribute inference.

    Args:
        population: the history.
        ks: k of the publications attacked.
        number: targets at most, per attack.
        rng: draws the targets.

    Returns:
        Nothing for a history without bookings.
    """
    bookings = population.known()
    if bookings.is_empty():
        return []
    known = by_version(bookings)
    targets = drawn(known, number, rng)
    truth = known.select(SCORING)
    exact = haystack_of(exact_labels(known))
    results = attack_linkage(exact, targets, "restricted", exact_k(), BY_ZONE["restricted"])
    results += _inference(exact, None, known, targets, "restricted", exact_k())
    for k in sorted(set(ks)):
        base = population.published(k)
        if base.is_empty():
            continue
        internal = haystack_of(by_version(base).join(truth, on="booking_id", how="left", maintain_order="left"))
        without = population.published_without(targets["unit"], known, k, base)
        absent = haystack_of(by_version(without).join(truth, on="booking_id", how="left", maintain_order="left"))
        for zone in ("internal", "released"):
            inside, outside = (_as_seen(item, zone) for item in (internal, absent))
            results += attack_linkage(inside, targets, zone, k, BY_ZONE[zone])
            results += _inference(inside, outside, known, targets, zone, k)
    return results


def by_version(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows whose ``booking_id`` names the version too: a corrected booking is published once for each of its days.

    An attacker who knows the delivery day looks for one of these rows, so each is a target and an answer of its own.
    """
    return rows.with_columns(booking_id=pl.format("{} of {}", "booking_id", "delivery_day"))


def drawn(known: pl.DataFrame, number: int, rng: np.random.Generator) -> pl.DataFrame:
    """Some bookings, in the order of their days."""
    ordered = known.sort("delivery_day", "row_id")
    return ordered[np.sort(rng.permutation(ordered.height)[:number]).tolist()]


def _as_seen(haystack: Haystack, zone: str) -> Haystack:
    """The rows with the columns of the zone alone, and those that score the attack."""
    contract = PUBLISHED_BOOKINGS if zone == "internal" else RELEASED_BOOKINGS
    names = dict.fromkeys([*contract.names, *SCORING, "day"])
    return replace(haystack, rows=haystack.rows.with_columns(mean_in_tens()).select(list(names)))


def _inference(
    inside: Haystack, outside: Haystack | None, known: pl.DataFrame, targets: pl.DataFrame, zone: str, k: int
) -> list[AttackResult]:
    outcome = Secret(name=OUTCOME, read=outcome_of_rows, truth=outcome_of_rows(targets))
    results = [attack_attribute(inside, outside, targets, outcome, zone, k)]
    stayed = targets.filter(pl.col("reservation_status") == _STAYED)
    if zone != "released" and stayed.height:
        bills = known.filter(pl.col("reservation_status") == _STAYED)["realised_revenue"]
        told = "realised_revenue" if zone == "restricted" else "mean_revenue"
        truth = band_reader(bills, "realised_revenue")(stayed)
        band = Secret(name=REVENUE_BAND, read=band_reader(bills, told), truth=truth, told_by=told)
        results.append(attack_attribute(inside, outside, stayed, band, zone, k))
    return results
