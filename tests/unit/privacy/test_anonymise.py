"""Labels for any table: every row, in order, any index, missing values, limits, and loud failure."""

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.privacy import anonymise as module
from assets.privacy.anonymise import TableRisk, anonymise
from resources.errors import ContractError, PrivacyError

COLUMNS = ["country", "nights", "rate", "day", "member"]


def frame_of(rows: list[tuple[Any, ...]]) -> pl.DataFrame:
    schema = {"country": pl.String, "nights": pl.Int32, "rate": pl.Float64, "day": pl.Date, "member": pl.Boolean}
    return pl.DataFrame(rows, schema=schema, orient="row")


ROWS = st.tuples(
    st.sampled_from(["PRT", "a|b", "?", None]), st.sampled_from([0, 1, 5, None]),
    st.sampled_from([1.5, 2.25, 90.0, None]),
    st.sampled_from([date(2016, 3, 1), date(2016, 7, 9), None]), st.sampled_from([True, False, None]),
)  # fmt: skip


@settings(max_examples=12, deadline=None)
@given(rows=st.lists(ROWS, min_size=4, max_size=40), mode=st.sampled_from(["gain", "fast"]), data=st.data())
def test_every_label_holds_k_rows_and_tells_the_truth(rows: list[Any], mode: str, data: st.DataObject) -> None:
    frame = frame_of(rows)
    done = anonymise(frame, COLUMNS, 3, mode=mode)
    labels = done.labels
    assert labels.height == frame.height
    names = [name for name in labels.columns if name not in ("class_id", "class_size")]
    assert labels.group_by(names).len()["len"].min() >= 3
    assert done.risk.k >= 3
    assert 0.0 <= done.loss.ncp <= 1.0
    for name in ("nights", "rate", "day"):
        value, low, high = frame[name], labels[f"{name}_from"], labels[f"{name}_to"]
        assert ((value >= low) & (value <= high)).fill_null(value.is_null()).all()
        if value.null_count():
            assert labels[f"{name}_missing"].filter(value.is_null()).all()
    for value, label in zip(frame["country"], labels["country_levels"], strict=True):
        written = {None: "?", "?": "\\?", "a|b": "a\\|b"}.get(value, value)
        assert f"|{written}|" in f"|{label}|"
    # The rows' order decides nothing but the order of the labels.
    order = data.draw(st.permutations(range(len(rows))))
    again = anonymise(frame[list(order)], COLUMNS, 3, mode=mode)
    assert again.labels.drop("class_id").equals(labels.drop("class_id")[list(order)])
    assert again.loss == done.loss


def test_pandas_with_a_duplicated_index_comes_back_row_by_row() -> None:
    frame = pd.DataFrame(
        {"country": pd.Categorical(["PRT", "PRT", "FRA", "FRA", None, None]), "nights": [1, 1, 7, 7, 7, 1],
         "code": [1, "x", 1, "x", None, 1.5], "rate": [np.nan, 2.0, 2.0, 3.0, np.nan, 2.0]},
        index=[5, 5, 5, "a", "a", "b"],
    )  # fmt: skip
    done = anonymise(frame, list(frame.columns), 2)
    assert list(done.labels.index) == [5, 5, 5, "a", "a", "b"]
    assert done.labels["class_size"].min() >= 2
    inner = (frame["nights"] >= done.labels["nights_from"].to_numpy()) & (
        frame["nights"] <= done.labels["nights_to"].to_numpy()
    )
    assert inner.all()
    assert "rate_missing" in done.labels


def test_missing_numbers_are_parted_from_numbers_and_cost_the_whole_range_when_mixed() -> None:
    apart = anonymise(pl.DataFrame({"n": [1, 2, 3, None, None, None]}), ["n"], 3)
    assert apart.labels["n_missing"].to_list() == [False] * 3 + [True] * 3
    assert apart.labels["n_from"].to_list() == [1, 1, 1, None, None, None]
    assert apart.loss.ncp == pytest.approx(0.5)
    mixed = anonymise(pl.DataFrame({"n": [1, 1, None]}), ["n"], 3)
    assert mixed.loss.ncp == 1.0
    assert mixed.labels["n_missing"].all()


def test_guests_are_counted_where_a_unit_is_named() -> None:
    frame = pl.DataFrame({"n": [1, 1, 9, 9, 9], "guest": ["a", "a", "b", "c", None]})
    assert anonymise(frame, ["n"], 2).labels["class_size"].to_list() == [2, 2, 3, 3, 3]
    for mode in ("gain", "fast"):
        assert anonymise(frame, ["n"], 2, mode=mode, unit="guest").labels["class_size"].unique().to_list() == [4]


@settings(max_examples=12, deadline=None)
@given(
    rows=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3), st.integers(0, 5)), min_size=12, max_size=50),
    l=st.integers(1, 3), t=st.sampled_from([None, 0.05, 0.2, 0.5]),
)  # fmt: skip
def test_l_and_t_hold_for_every_label(rows: list[tuple[int, int, int]], l: int, t: float | None) -> None:  # noqa: E741
    frame = pl.DataFrame(rows, schema=["a", "b", "value"], orient="row")
    if frame["value"].n_unique() < l:
        with pytest.raises(PrivacyError, match="fewer than l"):
            anonymise(frame, ["a", "b"], 2, sensitive="value", l=l, t=t)
        return
    labels = anonymise(frame, ["a", "b"], 2, sensitive="value", l=l, t=t).labels
    support = sorted(set(frame["value"]))
    whole = np.array([(frame["value"] <= value).mean() for value in support])
    for _, part in frame.with_columns(c=labels["class_id"]).group_by("c"):
        assert part["value"].n_unique() >= l
        shares = np.array([(part["value"] <= value).mean() for value in support])
        assert t is None or np.abs(shares - whole).sum() / max(len(support) - 1, 1) <= t + 1e-9


def test_limits_cost_information_and_are_free_when_they_ask_nothing() -> None:
    rng = np.random.default_rng(1)
    frame = pl.DataFrame({"a": rng.integers(0, 50, 200), "value": rng.integers(0, 4, 200)})
    free = anonymise(frame, ["a"], 5)
    assert anonymise(frame, ["a"], 5, sensitive="value", l=1, t=1.0).labels.equals(free.labels)
    assert anonymise(frame, ["a"], 5, sensitive="value", t=0.1).loss.ncp > free.loss.ncp


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"quasi_identifiers": []}, "no quasi-identifiers"),
        ({"quasi_identifiers": ["shoe"]}, "missing"),
        ({"k": 0}, "k = 0"),
        ({"mode": "magic"}, "choose from gain, fast"),
        ({"l": 2}, "name it as sensitive"),
        ({"sensitive": "text", "t": 0.2}, "needs an order"),
        ({"sensitive": "text", "l": 2, "mode": "fast"}, "mode 'gain'"),
        ({"sensitive": "n"}, "at once"),
        ({"quasi_identifiers": ["wide"]}, "infinite"),
        ({"quasi_identifiers": ["list"]}, "quasi-identifiers are text"),
    ],
)
def test_what_can_not_be_done_is_said(options: dict[str, Any], said: str) -> None:
    frame = pl.DataFrame({"n": [1, 2], "text": ["a", "b"], "wide": [1.0, np.inf], "list": [[1], [2]]})
    with pytest.raises(ContractError, match=said):
        anonymise(frame, **{"quasi_identifiers": ["n"], "k": 1, **options})


@pytest.mark.parametrize("mode", ["gain", "fast"])
def test_fewer_rows_than_k_are_refused(mode: str) -> None:
    with pytest.raises(PrivacyError, match="4 units, fewer than k = 5"):
        anonymise(pl.DataFrame({"n": [1, 2, 3, 4]}), ["n"], 5, mode=mode)


def test_broken_labels_are_never_handed_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "partition", lambda values, *_: [np.array([row]) for row in range(len(values))])
    with pytest.raises(PrivacyError, match="k = 1, asked 2"):
        anonymise(pl.DataFrame({"n": [1, 2, 3, 4]}), ["n"], 2)
    monkeypatch.setattr(module, "_recounted", lambda *_: TableRisk(k=4, l=1, t=0.9))
    with pytest.raises(PrivacyError, match="l = 1, asked 2; t = 0.9, asked 0.5"):
        anonymise(pl.DataFrame({"n": [1, 1, 1, 1], "s": [1, 2, 3, 4]}), ["n"], 2, sensitive="s", l=2, t=0.5)
