"""Groups that may be told."""

import numpy as np
import pytest

from assets.common.group_sizes import merged_groups, merged_neighbours


def apart(counts):
    """Groups of that many members, nobody in two of them."""
    return [[f"{group}-{number}" for number in range(count)] for group, count in enumerate(counts)]


@pytest.mark.parametrize(
    ("counts", "merged"),
    [
        ([], []),
        ([9], [-1]),
        ([10], [0]),
        ([4, 5], [-1, -1]),
        ([4, 6], [0, 0]),
        ([10, 9], [0, 0]),
        ([9, 10], [0, 0]),
        ([10, 0, 10, 0], [0, 1, 1, 1]),
        ([0, 0, 30], [0, 0, 0]),
        ([10, 10, 5], [0, 1, 1]),
    ],
)
def test_neighbours_are_put_together_until_they_are_enough(counts, merged):
    assert merged_neighbours(apart(counts), 10) == merged


def test_whoever_is_in_several_groups_counts_once_in_each_that_is_told():
    same = [f"c{number}" for number in range(6)]
    assert merged_neighbours([same, same, same], 10) == [-1, -1, -1]
    assert merged_neighbours([same, same, [f"d{number}" for number in range(4)], same], 10) == [0, 0, 0, 0]


def test_no_group_that_is_told_is_too_small_and_nobody_is_lost():
    rng = np.random.default_rng(3)
    for _ in range(200):
        members = [rng.choice(list("abcdefghijklmnop"), size, replace=False).tolist()
                   for size in rng.integers(0, 9, rng.integers(1, 12))]  # fmt: skip
        merged = merged_neighbours(members, 8)
        held = {
            name: {one for own, at in zip(members, merged, strict=True) if at == name for one in own} for name in merged
        }
        assert merged == sorted(merged)
        assert set.union(*held.values()) == set.union(*map(set, members))
        assert -1 in held or min(map(len, held.values())) >= 8


def test_what_is_left_joins_until_all_of_it_may_be_told():
    """Group 2 may never be told with group 3 alone: the rest goes further back."""
    refused = [range(3, 4), range(2, 4)]
    assert merged_groups(4, lambda groups: groups not in refused) == [0, 1, 1, 1]
    assert merged_groups(3, lambda _: False) == [-1, -1, -1]
    assert merged_groups(0, lambda _: True) == []
