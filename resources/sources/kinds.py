"""What is known of each source before it is opened: definitions, homes and keys depend on it."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class SourceKind:
    """How a source delivers, whatever its rows say.

    Attributes:
        reads_folder: files of ``core.data``.
        is_finished: the whole history came at once and no day follows; else every morning brings a business day.
        is_simulated: guests, stays and texts are invented by this project, which can make other worlds like it.
    """

    reads_folder: bool = False
    is_finished: bool = False
    is_simulated: bool = False

    @property
    def is_live(self) -> bool:
        """Whether rows of guests who exist come day by day: the last day of history is the last one delivered."""
        return not self.is_finished and not self.is_simulated


KINDS = {
    "demo": SourceKind(is_simulated=True),
    "public": SourceKind(reads_folder=True, is_finished=True),
    "sql": SourceKind(),
    "deliveries": SourceKind(reads_folder=True),
}
