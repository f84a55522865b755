"""``stayworth erase``: a guest leaves everything that is stored, and a search of all files shows it."""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from assets.common.declaration import declared_in
from assets.common.fits import FittedAsset
from assets.common.whole import WholeAsset
from assets.common.workspace import Workspace
from pipelines.guests.finding import Asked, Guest, find_guest
from pipelines.guests.journal import ErasureJournal
from pipelines.guests.lake_surgery import batches_of, cut_lake
from pipelines.guests.needles import Needle, held_kinds
from pipelines.guests.proof import Proof, search
from pipelines.guests.stores import (
    drop_fine_tuned,
    drop_reports,
    forget_embeddings,
    renew_warehouse,
    scrub_databases,
    scrub_texts,
)
from pipelines.rooms import room_modules
from resources.access_log import reading_for
from resources.errors import PrivacyError
from resources.records import cut_offs
from resources.tombstones import EMAIL, GUEST_KEY, ROW, TEXT, Tombstones, TombstoneStore

PURPOSE = "command erase"
RETAINED = (
    ("tombstones", "keyed hashes of row ids, guest keys and e-mail addresses, so that the guest stays out when the "
     "source is read again; without the key they name nobody"),
    ("privacy ledger", "what each release cost, and its noisy figures: a spent budget stays spent"),
    ("bookings_by_month, guest_aggregates", "releases with calibrated noise; what they tell of one guest is bounded"),
    ("raw_counts, daily_ledger", "how many rows were delivered and left out, by day"),
    ("model files", "until the retraining that is due replaces them; they hold weights, no rows"),
    ("access log", "that an erasure took place, when, by whom; the guest only as a keyed reference"),
)  # fmt: skip


@dataclass(frozen=True)
class Erasure:
    """What an erasure did.

    Attributes:
        rows: table -> rows taken out, those of others whose class fell below k included.
        other: what else -> how much.
        due: fitted records, tables and models that learned from the guest's rows and are made again by the next run.
        proof: the search over all files.
        was_interrupted: an earlier erasure was finished first.
        buckets: object stores that keep earlier versions of what was written over, out of reach of the search.
    """

    rows: dict[str, int]
    proof: Proof
    other: dict[str, int] = field(default_factory=dict)
    due: list[str] = field(default_factory=list)
    was_interrupted: bool = False
    buckets: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether nothing was found any more, and nothing lies where no search can look."""
        return not self.proof.found and not self.buckets


def erase_guest(workspace: Workspace, asked: Asked, reason: str = "") -> Erasure:
    """Erase a guest; an interrupted erasure is finished first. Doing it twice changes nothing.

    Raises:
        PrivacyError: the reason names the guest.
    """
    if held_kinds(reason.lower().encode(), [Needle("given", value.lower()) for value in asked.values()]):
        message = "the reason holds the identifier, and it goes into the access log; write it without"
        raise PrivacyError(message)
    store: TombstoneStore = workspace.resource("tombstones")
    journal = ErasureJournal(workspace.lake)
    was_interrupted = journal.is_open
    workspace.lake.look_afresh()
    with reading_for(PURPOSE):
        if was_interrupted:
            _finish(workspace, store, journal)
        guest = find_guest(workspace, asked)
        reference = store.load().mark("reference", asked.values()[0])
        facts = {"reference": reference, "reason": reason, "bookings": len(guest.row_ids)}
        workspace.lake.log_event("erasure", {**facts, "reviews": len(guest.review_row_ids)})
        if guest.is_nobody:
            store.add(_marks(guest, asked), [])
            proof = search(workspace, [*_given(asked), *guest.needles()])
            return Erasure({}, proof, was_interrupted=was_interrupted)
        journal.begin(guest, batches_of(workspace, guest), reference)
        store.add(_marks(guest, asked), [])
        done = _finish(workspace, store, journal)
    return replace(done, was_interrupted=was_interrupted)


def _finish(workspace: Workspace, store: TombstoneStore, journal: ErasureJournal) -> Erasure:
    """Every step of the erasure in the journal; each one can be done again."""
    guest, batches, _ = journal.load()
    first = _first_day(workspace, guest, batches)
    # The days are fixed before a row goes: a run that comes between publishes no label anew.
    tombstones = store.add(_marks(guest, None), batches)
    needles = guest.needles()
    rows = cut_lake(workspace, guest, tombstones)
    home = workspace.settings.home
    other = {
        "embeddings": forget_embeddings(home, guest.contents),
        "report files": drop_reports(home),
        "files of fine-tuned models": drop_fine_tuned(workspace),
        "databases written over": len(scrub_databases(workspace, needles)),
        "texts written over": len(scrub_texts(workspace, needles, journal.path)),
    }
    renew_warehouse(workspace)
    proof = search(workspace, needles, skip=journal.path)
    if not proof.found:
        journal.close()
    buckets = tuple(store.url for store in workspace.lake.files.objects if store.keeps_versions)
    return Erasure(rows, proof, other, due_for_retraining(workspace, first), buckets=buckets)


def _given(asked: Asked) -> list[Needle]:
    return [Needle("given identifier", value) for value in asked.values()]


def _marks(guest: Guest, asked: Asked | None) -> dict[str, list[str]]:
    emails = [asked.email] if asked and asked.email else []
    keys = [asked.guest_key] if asked and asked.guest_key else []
    return {
        ROW: [*guest.row_ids, *guest.review_row_ids, *(asked.row_ids if asked else ())],
        GUEST_KEY: [*guest.guest_keys, *keys],
        EMAIL: [*guest.emails, *emails],
        TEXT: guest.quarantined_texts,
    }


def _first_day(workspace: Workspace, guest: Guest, batches: list[date]) -> date:
    """First day from which something may have learned from the guest."""
    days = list(batches)
    for asset, ids in (("raw_reviews", guest.review_row_ids), ("raw_bookings", guest.row_ids)):
        for day in workspace.lake.days(asset) if ids else ():
            if workspace.lake.rows(asset, day, ["row_id"])["row_id"].is_in(ids).any():
                days.append(day)
                break
    return min(days, default=workspace.history_start)


def due_for_retraining(workspace: Workspace, first: date) -> list[str]:
    """Fitted records with a cut-off from ``first`` on, stored tables and served models: what the next run makes again.

    They need no mark: their records of inputs name the digests of the partitions that they were made from, and
    those have changed.
    """
    due: list[str] = []
    last = max((day for asset in workspace.contracts for day in workspace.lake.days(asset)), default=first)
    for item in declared_in(room_modules(), FittedAsset):
        every_days, early = workspace.settings.core.fit_every_days, item.early_fits
        for cut_off in cut_offs(workspace.history_start, last, every_days, early):
            if cut_off >= first and workspace.record_store.load(item.name, cut_off) is not None:
                due.append(f"record {item.name} {cut_off}")
    tables = [item.contract.asset for item in declared_in(room_modules(), WholeAsset)]
    due += [f"table {asset}" for asset in tables if workspace.lake.exists(asset, None)]
    served = workspace.resource("model_store").in_force(last)
    return due + ([f"model {name} {version}" for name, version in served[1].items()] if served else [])


def tell(erasure: Erasure, tombstones: Tombstones, say: Callable[[str], None]) -> None:
    """The erasure in words; no identifier is shown."""
    if erasure.was_interrupted:
        say("An interrupted erasure was finished first.")
    if not erasure.rows and not erasure.other:
        say("Nothing is held of this guest; the tombstones keep them out.")
    for table, count in erasure.rows.items():
        say(f"  {table:<26}{count:>8} rows taken out")
    for what, count in erasure.other.items():
        say(f"  {what:<26}{count:>8}")
    if tombstones.fixed_days:
        say(f"Labels are fixed on {len(tombstones.fixed_days)} days: a re-run starts from the stored ones.")
    if erasure.due:
        say("Made again by the next `stayworth run`:")
        for line in erasure.due:
            say(f"  {line}")
    looked = ", ".join(f"{count} x {kind}" for kind, count in sorted(erasure.proof.kinds.items()))
    say(f"Searched {erasure.proof.files} files for {looked or 'nothing'}: {len(erasure.proof.found)} found.")
    for line in _still_there(erasure):
        say(f"  {line}")
    say("Kept, and why:")
    for what, why in RETAINED:
        say(f"  {what}: {why}")
    say("Outside this home: the source's own files or database, and back-ups; erase there too.")


def _still_there(erasure: Erasure) -> Iterator[str]:
    yield from (f"{kind} is still in {path}" for path, kind in erasure.proof.found)
    for url in erasure.buckets:
        yield f"{url} keeps earlier versions of objects: delete the noncurrent versions there, and switch that off"


def asked_of(options: argparse.Namespace) -> Asked:
    """What the command line names."""
    return Asked(email=options.email, guest_key=options.guest_key, row_ids=tuple(options.row_id or ()))
