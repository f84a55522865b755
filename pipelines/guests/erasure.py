"""``stayworth erase``: a guest leaves everything that is stored, and a search of all files shows it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from assets.common.declaration import declared_in
from assets.common.fits import FittedAsset
from assets.common.whole import WholeAsset
from assets.common.workspace import Workspace
from assets.raw.contract import RAW_BOOKINGS, RAW_REVIEWS
from pipelines.guests.asking import Asked
from pipelines.guests.finding import Finding, find
from pipelines.guests.guest import Guest, is_telling_key
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
from resources.tombstones import EMAIL, GUEST_KEY, RESERVATION, ROW, TEXT, Tombstones, TombstoneStore

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

_NOTHING_HELD = {
    True: "Nothing is held of this guest any more: they were erased before, and the tombstones keep them out.",
    False: "Nobody is known by what was given: nothing erased, no tombstone made. Look at how the source writes it.",
}


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
        is_known: nothing was held, because the tombstones know the guest.
        not_searched: what others have too, or what looks like an ordinary word; masked.
    """

    rows: dict[str, int]
    proof: Proof
    other: dict[str, int] = field(default_factory=dict)
    due: list[str] = field(default_factory=list)
    was_interrupted: bool = False
    buckets: tuple[str, ...] = ()
    is_known: bool = False
    not_searched: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether nothing was found any more, and nothing lies where no search can look."""
        return not self.proof.leftovers and not self.buckets


def erase_guest(workspace: Workspace, asked: Asked, reason: str = "", shown: Guest | None = None) -> Erasure:
    """Erase a guest; an interrupted erasure is finished first. Doing it twice changes nothing.

    Args:
        workspace: what is stored.
        asked: who is to be erased.
        reason: for the access log.
        shown: what a person was shown and has agreed to; None: nobody was asked.

    Raises:
        PrivacyError: the reason names the guest, what was found is more than one person by some reading, or it is no
            longer what was shown.
    """
    refuse_telling_reason(asked, reason)
    store: TombstoneStore = workspace.resource("tombstones")
    journal = ErasureJournal(workspace.lake)
    was_interrupted = journal.is_open
    workspace.lake.look_afresh()
    with reading_for(PURPOSE):
        if was_interrupted:
            _finish(workspace, store, journal)
        finding = find(workspace, asked)
        guest = finding.guest
        _refuse_others(finding, shown, was_interrupted=was_interrupted)
        reference = store.load().mark("reference", asked.values()[0])
        facts = {"reference": reference, "reason": reason, "bookings": len(guest.row_ids)}
        workspace.lake.log_event("erasure", {**facts, "reviews": len(guest.review_row_ids)})
        if guest.is_nobody:
            proof = search(workspace, _given(asked))
            return Erasure({}, proof, was_interrupted=was_interrupted, is_known=was_erased(store.load(), asked))
        journal.begin(guest, batches_of(workspace, guest), reference)
        store.add(_marks(guest), [])
        done = _finish(workspace, store, journal)
    return replace(done, was_interrupted=was_interrupted)


def refuse_telling_reason(asked: Asked, reason: str) -> None:
    """Refuse a reason that would write the guest's identifier into the access log.

    Raises:
        PrivacyError: the reason names the guest.
    """
    if held_kinds(reason.encode(), [Needle("given identifier", value) for value in asked.values()]):
        message = "the reason holds the identifier, and it goes into the access log; write it without"
        raise PrivacyError(message)


def _refuse_others(finding: Finding, shown: Guest | None, *, was_interrupted: bool) -> None:
    if finding.doubts:
        message = (
            f"what was found is more than one person by some reading, so nobody is erased: {'; '.join(finding.doubts)}"
        )
        raise PrivacyError(message)
    if shown is not None and finding.guest != shown and not was_interrupted:
        message = (
            "what is stored of the guest has changed since it was shown; nothing was erased: run the command again"
        )
        raise PrivacyError(message)


def was_erased(tombstones: Tombstones, asked: Asked) -> bool:
    """Whether tombstones know one of the identifiers: nothing is held because the guest was erased."""
    kinds = (
        (EMAIL, [asked.email]),
        (GUEST_KEY, [asked.key]),
        (ROW, [*asked.row_ids, *asked.rows]),
        (RESERVATION, asked.rows),
    )
    return any(any(tombstones.has(kind, values)) for kind, values in kinds)


def _finish(workspace: Workspace, store: TombstoneStore, journal: ErasureJournal) -> Erasure:
    """Every step of the erasure in the journal; each one can be done again."""
    guest, batches, _ = journal.load()
    first = _first_day(workspace, guest, batches)
    # The days are fixed before a row goes: a run that comes between publishes no label anew.
    tombstones = store.add(_marks(guest), batches)
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
    if not proof.leftovers:
        journal.close()
    buckets = tuple(store.url for store in workspace.lake.files.objects if store.keeps_versions)
    due = due_for_retraining(workspace, first)
    return Erasure(rows, proof, other, due, buckets=buckets, not_searched=tuple(guest.shared))


def _given(asked: Asked) -> list[Needle]:
    """What was given and can be searched for where nothing is held."""
    row_ids = [Needle("row id", value) for value in asked.row_ids]
    emails = [Needle("email", asked.email)] if asked.email else []
    keys = [Needle("guest_key", asked.guest_key)] if asked.guest_key and is_telling_key(asked.guest_key) else []
    return [*row_ids, *emails, *keys]


def _marks(guest: Guest) -> dict[str, list[str]]:
    """What keeps the guest out and nobody else: no address or reservation that others have too, no key of theirs."""
    return {
        ROW: [*guest.row_ids, *guest.review_row_ids],
        RESERVATION: guest.reservations,
        GUEST_KEY: guest.guest_keys,
        EMAIL: guest.emails,
        TEXT: guest.quarantined_texts,
    }


def _first_day(workspace: Workspace, guest: Guest, batches: list[date]) -> date:
    """First day from which something may have learned from the guest."""
    days = list(batches)
    for asset, ids in ((RAW_REVIEWS.asset, guest.review_row_ids), (RAW_BOOKINGS.asset, guest.row_ids)):
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
    is_nobody = not erasure.rows and not erasure.other
    if is_nobody:
        say(_NOTHING_HELD[erasure.is_known])
    _tell_taken(erasure, say)
    if tombstones.fixed_days and not is_nobody:
        say(f"Labels are fixed on {len(tombstones.fixed_days)} days: a re-run starts from the stored ones.")
    if erasure.due:
        say("Made again by the next `stayworth run`:")
        for line in erasure.due:
            say(f"  {line}")
    looked = ", ".join(f"{count} x {kind}" for kind, count in sorted(erasure.proof.kinds.items()))
    say(f"Searched {erasure.proof.files} files for {looked or 'nothing'}: {len(erasure.proof.leftovers)} found.")
    for line in (*_still_there(erasure), *_not_searched(erasure)):
        say(f"  {line}")
    if is_nobody and not erasure.is_known:
        return
    say("Kept, and why:")
    for what, why in RETAINED:
        say(f"  {what}: {why}")
    say("Outside this home: the source's own files or database, and back-ups; erase there too.")


def _tell_taken(erasure: Erasure, say: Callable[[str], None]) -> None:
    for table, count in erasure.rows.items():
        say(f"  {table:<26}{count:>8} rows taken out")
    for what, count in erasure.other.items():
        say(f"  {what:<26}{count:>8}")


def _not_searched(erasure: Erasure) -> Iterator[str]:
    yield from (f"not searched for: {line}" for line in erasure.not_searched)


def _still_there(erasure: Erasure) -> Iterator[str]:
    yield from (f"{kind} is still in {path}" for path, kind in erasure.proof.leftovers)
    for url in erasure.buckets:
        yield f"{url} keeps earlier versions of objects: delete the noncurrent versions there, and switch that off"
