"""What a check, a verb or an error may tell Dagster, by the zone of the table: here and nowhere else.

Dagster's storage, its logs and the terminal are read by people who may not read the restricted zone. So what leaves the
shell of a restricted table names rows by a keyed mark and columns by their names, and holds none of their values. Of
other tables the columns stay hidden that a restricted table has too. An error that is not ours is told by its kind and
its place; its message, which may quote a row, is kept in the restricted zone.
"""

import hashlib
import hmac
import json
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from assets.common.workspace import Workspace
from resources.contract import PERSONAL_NAMES, CheckOutcome, FrameContract, Zone
from resources.errors import PipelineError
from resources.expectations import SUITE_CHECK
from resources.secret_keys import SecretKey

COUNTS_CHECK = "rows_are_conserved"  # made by the shell itself: its examples are days and counts
ERRORS = ".errors"
HIDDEN = "(hidden)"
_MARK_CHARACTERS = 16
_NAMES_OF_PLACES = ("column", "expectation")  # of the suite's examples
_SAFE = ("key_epoch",)  # what a verb may say as free text
# Errors of the machine: their messages name files, modules and sizes.
_PLAIN_ERRORS = (PipelineError, OSError, MemoryError, ImportError)


class StepError(Exception):
    """An error of a library inside a step, without its message; its class has the name of the error's own."""


def row_mark(key: SecretKey, asset: str, row: Mapping[str, Any]) -> str:
    """Name of a row for people who may not see it: a keyed hash of its id.

    Args:
        key: of the keyed hashes.
        asset: the table.
        row: its key columns, or whatever tells the row from others.
    """
    named = {"row_id": row["row_id"]} if "row_id" in row else dict(row)
    text = json.dumps([asset, named], sort_keys=True, default=str)
    digest = hmac.new(key.material, f"row of a check\x1f{text}".encode(), hashlib.sha256)
    return f"row:{digest.hexdigest()[:_MARK_CHARACTERS]}"


@dataclass(frozen=True)
class Discretion:
    """What may be told of one table.

    Attributes:
        workspace: knows the key and every contract.
        contract: of the table; None for what is no table (a fitted record).
    """

    workspace: Workspace
    contract: FrameContract | None

    @property
    def is_restricted(self) -> bool:
        """Whether the table lies in the restricted zone."""
        return self.contract is not None and self.contract.zone is Zone.RESTRICTED

    def outcome(self, outcome: CheckOutcome) -> CheckOutcome:
        """The outcome with marks in the place of row ids, and without values that only the restricted zone may show."""
        if self.contract is None or self.contract.zone is Zone.RELEASED or outcome.name == COUNTS_CHECK:
            return outcome
        show = self._restricted_example if self.is_restricted else self._other_example
        return replace(
            outcome,
            examples=tuple(show(example, outcome.name == SUITE_CHECK) for example in outcome.examples),
            metadata=self.metadata(outcome.metadata),
        )

    def metadata(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """What a verb or a check says beside its rows; of a restricted table counts and names of columns only."""
        if not self.is_restricted:
            return dict(values)
        return {name: value for name, value in values.items() if name in _SAFE or self._is_plain(value)}

    def reasons(self, counts: Mapping[str, int]) -> dict[str, int]:
        """Rows left out by reason; of a restricted table, reasons that hold a figure (a value, perhaps) are one."""
        if not self.is_restricted:
            return dict(counts)
        told: dict[str, int] = {}
        for reason, count in counts.items():
            shown = "other" if any(letter.isdigit() or letter == "@" for letter in reason) else reason
            told[shown] = told.get(shown, 0) + count
        return told

    def _restricted_example(self, example: Mapping[str, Any], is_suite: bool) -> dict[str, str]:
        places = self._places(example) if is_suite else {}
        cells = {name: value for name, value in example.items() if name not in places}
        known = [name for name in cells if name in self._names]
        named = {name: cells[name] for name in self._key if name in cells} or cells
        return {"row": self._mark(named), "columns": ", ".join(known), **places}

    def _other_example(self, example: Mapping[str, Any], _is_suite: bool) -> dict[str, Any]:
        own = {name for name in self._key if name not in self._restricted_keys}
        hidden = self._restricted_names - own - {"delivery_day"}
        shown = {name: HIDDEN if name in hidden else value for name, value in example.items()}
        for name in shown.keys() & self._restricted_keys & set(self._key):
            shown[name] = self._mark({name: example[name]})
        return shown

    def _places(self, example: Mapping[str, Any]) -> dict[str, str]:
        """Column and expectation of a broken contract, where they are names and not cells of the table."""
        places = {name: str(example[name]) for name in _NAMES_OF_PLACES if example.get(name) is not None}
        return {name: text for name, text in places.items() if self._is_name(text)}

    def _mark(self, row: Mapping[str, Any]) -> str:
        return row_mark(self.workspace.key, self.contract.asset if self.contract else "", row)

    def _is_plain(self, value: object) -> bool:
        if isinstance(value, bool | int):
            return True
        if isinstance(value, str):
            return all(self._is_name(part.strip()) for part in value.split(","))
        if isinstance(value, Mapping):
            return all(self._is_name(str(name)) and self._is_plain(part) for name, part in value.items())
        return isinstance(value, list | tuple) and all(isinstance(part, str) and self._is_name(part) for part in value)

    def _is_name(self, text: str) -> bool:
        """Whether a text is the name of a column or of an expectation, with its column in brackets or without."""
        name, _, column = text.removesuffix(")").partition("(")
        if name.startswith("expect_"):
            return name.isidentifier() and (not column or column in self._names)
        return any(text in contract.names for contract in self.workspace.contracts.values()) or text in ("", "none")

    @property
    def _names(self) -> tuple[str, ...]:
        return self.contract.names if self.contract else ()

    @property
    def _key(self) -> tuple[str, ...]:
        return self.contract.key if self.contract else ()

    @property
    def _restricted(self) -> list[FrameContract]:
        return [item for item in self.workspace.contracts.values() if item.zone is Zone.RESTRICTED]

    @property
    def _restricted_names(self) -> set[str]:
        return {name for item in self._restricted for name in item.names}

    @property
    def _restricted_keys(self) -> set[str]:
        """Names that rows have inside the restricted zone alone; keyed hashes are made to be told outside."""
        return {
            name for item in self._restricted for name in item.key if item.is_as_delivered or name in PERSONAL_NAMES
        }


@contextmanager
def discreet_errors(workspace: Workspace, asset: str) -> Iterator[None]:
    """Let errors out of the block without what they may quote; a block that ends well clears what was kept of them.

    Raises:
        StepError: in the place of an error of a library. Ours, and those of the machine, keep their message and lose
            the error behind them.
    """
    try:
        yield
    except _PLAIN_ERRORS as error:
        _keep(workspace, asset, error)
        raise error from None
    except Exception as error:  # noqa: BLE001
        where = _keep(workspace, asset, error)
        frame = traceback.extract_tb(error.__traceback__)[-1]
        kept = f"; what it says may quote a row and is kept in {where}" if where else ""
        message = f"{asset}: {type(error).__name__} in {frame.name}, line {frame.lineno} of {frame.filename}{kept}"
        told = type(type(error).__name__, (StepError,), {})(message)  # alerts and the UI go by the name of the class
        raise told.with_traceback(error.__traceback__) from None
    else:
        _forget(workspace, asset)


def _keep(workspace: Workspace, asset: str, error: BaseException) -> str | None:
    """Write the whole error down beside the restricted tables of this machine, the last one of each table."""
    lake = workspace.lake
    if lake.is_encrypted:  # a plain file would undo the seal, a sealed one could not be searched for an erased guest
        return None
    path = lake.state_root / ERRORS / f"{asset}.txt"
    try:
        lake.make_folder(path.parent, Zone.RESTRICTED)
        lake.files.replace(path, "".join(traceback.format_exception(error)).encode(errors="replace"), seal=True)
    except (OSError, PipelineError):  # a full disk may be the error that is to be kept
        return None
    return str(path)


def _forget(workspace: Workspace, asset: str) -> None:
    path = workspace.lake.state_root / ERRORS / f"{asset}.txt"
    if path.parent.exists():
        path.unlink(missing_ok=True)
