"""Groups large enough to be told: neighbours are put together until enough customers are behind each."""

from collections.abc import Callable, Collection, Sequence


def merged_groups(number: int, may_be_told: Callable[[range], bool]) -> list[int]:
    """Which groups of an ordered row are told as one.

    From the first on, groups are put together until they may be told; what is left at the end joins the last of them.

    Args:
        number: of groups.
        may_be_told: whether neighbouring groups, by index, may be told as one.

    Returns:
        Of each group the index of the first one that it is told with; -1 for all where not even all together may be.
    """
    starts, is_open = [0], number > 0
    for index in range(number):
        if not is_open:
            starts.append(index)
        is_open = not may_be_told(range(starts[-1], index + 1))
    while is_open and len(starts) > 1:  # what is left may not stand alone
        starts.pop()
        is_open = not may_be_told(range(starts[-1], number))
    if is_open:
        return [-1] * number
    return [max(start for start in starts if start <= index) for index in range(number)]


def merged_neighbours(members: Sequence[Collection[str]], minimum: int) -> list[int]:
    """Which groups of an ordered row are told as one, so that each holds at least a minimum of different members.

    Args:
        members: of each group, in the order of what they are grouped by; whoever is in several counts once in each.
        minimum: different members that a group needs to be told.

    Returns:
        See :func:`merged_groups`.

    Example:
        >>> merged_neighbours(["abc", "d", "ef", "ghi", "h"], 3)
        [0, 1, 1, 3, 3]
        >>> merged_neighbours(["ab", "ab"], 3)
        [-1, -1]
    """
    own = [set(group) for group in members]
    return merged_groups(len(own), lambda groups: len(set().union(*(own[index] for index in groups))) >= minimum)
