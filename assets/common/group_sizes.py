"""Groups large enough to be told: neighbours are put together until each rests on enough customers."""

from collections.abc import Collection, Sequence


def merged_neighbours(members: Sequence[Collection[str]], minimum: int) -> list[int]:
    """Which groups of an ordered row are told as one, so that each holds at least a minimum of different members.

    From the first on, groups are put together until they hold enough; what is left at the end joins the last of them.

    Args:
        members: of each group, in the order of what they are grouped by; whoever is in several counts once in each.
        minimum: different members that a group needs to be told.

    Returns:
        Of each group the index of the first one that it is told with; -1 for all where they hold too few together.

    Example:
        >>> merged_neighbours(["abc", "d", "ef", "ghi", "h"], 3)
        [0, 1, 1, 3, 3]
        >>> merged_neighbours(["ab", "ab"], 3)
        [-1, -1]
    """
    held: set[str] = set()
    starts: list[int] = []
    is_open = False
    for index, own in enumerate(members):
        if not is_open:
            held = set()
            starts.append(index)
        held |= set(own)
        is_open = len(held) < minimum
    if is_open:  # the rest is too small to stand alone
        starts.pop()
    if not starts:
        return [-1] * len(members)
    return [max(start for start in starts if start <= index) for index in range(len(members))]
