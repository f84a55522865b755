"""Which tables the key names first, by their contracts: at a rotation they are removed, and what reads them follows."""

from collections.abc import Collection, Iterable, Mapping

from assets.common.daily import DailyAsset
from assets.common.declaration import declared_in
from pipelines.rooms import room_modules
from resources.contract import FrameContract


def named_by_the_key(assets: Iterable[DailyAsset], delivered: Iterable[FrameContract]) -> list[str]:
    """Daily tables made of delivered rows alone that give them ids: keyed hashes, which a new key would make anew.

    A table that also reads one of these takes its ids from there, and becomes stale with it.

    Args:
        assets: daily ones, in flow order.
        delivered: contracts of the rows as the source brought them.
    """
    columns = {contract.asset: contract.names for contract in delivered}
    return [item.name for item in assets if item.reads and _names_rows(item, columns)]


def _names_rows(item: DailyAsset, columns: Mapping[str, Collection[str]]) -> bool:
    read = [read.asset for read in item.reads]
    if not all(asset in columns for asset in read):
        return False
    return any(name not in columns[asset] for name in item.contract.personal for asset in read)


def tables_of_the_key() -> list[str]:
    """The same for the rooms."""
    daily = declared_in(room_modules(), DailyAsset)
    return named_by_the_key(daily, [item.contract for item in daily if item.contract.is_as_delivered])
