"""What is known of each source before it is opened: definitions, homes and keys depend on it.

An installed package brings a source by the entry point ``stayworth.sources``, named as ``core.source`` names it, whose
object is an :class:`InstalledSource`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Any

from resources.errors import SettingsError

ENTRY_POINTS = "stayworth.sources"


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


@dataclass(frozen=True, kw_only=True)
class InstalledSource:
    """What the entry point of an installed package gives.

    Attributes:
        kind: how it delivers.
        build: the settings -> an object with the methods of ``resources.sources.base.Source``.
        shape: the settings -> what tells one world of it from another (a schema, a tenant); None: there is one.
    """

    kind: SourceKind
    build: Callable[[Any], Any]
    shape: Callable[[Any], str] | None = None


def source_names() -> tuple[str, ...]:
    """Names that ``core.source`` may have: our own, then those of installed packages."""
    return (*KINDS, *sorted({point.name for point in entry_points(group=ENTRY_POINTS)} - set(KINDS)))


def installed_source(name: str) -> InstalledSource | None:
    """The source of an installed package; None where none brings one of that name.

    Raises:
        SettingsError: the entry point can't be loaded, or gives something else.
    """
    for point in entry_points(group=ENTRY_POINTS, name=name):
        try:
            source = point.load()
        except (ImportError, AttributeError) as error:
            message = f"source {name!r} of {point.value} can't be loaded: {error}; mend or remove the package"
            raise SettingsError(message) from error
        if not isinstance(source, InstalledSource):
            message = f"source {name!r}: {point.value} is a {type(source).__name__}, expected an InstalledSource"
            raise SettingsError(message)
        return source
    return None


def kind_of(name: str) -> SourceKind:
    """How a source delivers.

    Raises:
        SettingsError: there is no such source.
    """
    if name in KINDS:
        return KINDS[name]
    if (source := installed_source(name)) is not None:
        return source.kind
    message = f"there is no source {name!r}; there are: {', '.join(source_names())}"
    raise SettingsError(message)
