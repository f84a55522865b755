"""The list of customers at risk: who is on it, how sure it is, and that reading it is noted."""

from datetime import date
from types import SimpleNamespace

import polars as pl
import pytest

from assets.customers.contract import CUSTOMERS
from assets.models.contract import EXAMPLES
from pipelines.at_risk_list import show_at_risk
from resources.errors import NotFittedError
from resources.input_record import InputRecord
from resources.lake import Lake
from resources.settings import Settings

ID = [f"{number:032x}" for number in range(3)]
_FILLED = {pl.String(): "x", pl.Date(): date(2024, 1, 1), pl.Float64(): 0.5, pl.Int64(): 1, pl.Int32(): 1,
           pl.Boolean(): True, pl.List(pl.Float32()): [0.5]}  # fmt: skip


def rows_of(contract, **columns) -> pl.DataFrame:
    blank = {item.name: pl.Series([_FILLED[item.dtype]] * len(ID), dtype=item.dtype) for item in contract.columns}
    given = {name: pl.Series(values, dtype=contract.schema[name]) for name, values in columns.items()}
    return pl.DataFrame({name: series.rename(name) for name, series in (blank | given).items()})


@pytest.fixture
def workspace(tmp_path):
    lake = Lake.of(tmp_path, [CUSTOMERS, EXAMPLES])
    people = rows_of(
        CUSTOMERS, pseudo_customer_id=ID, unit=["market"] * 3, value_segment=["high", "high", "low"], clv=[900, 400, 9]
    )
    seen = rows_of(EXAMPLES, pseudo_customer_id=ID, unit=["market"] * 3, text_polarity=[-0.5, -0.9, -0.9], 
                   text_weight=[1.6, 0.4, 1.0], reviews=[2, 1, 1])  # fmt: skip
    for contract, frame in ((CUSTOMERS, people), (EXAMPLES, seen)):
        lake.promote(lake.stage(contract, None, frame, InputRecord(asset=contract.asset, partition="all")))
    return SimpleNamespace(lake=lake, settings=Settings(home=tmp_path))


def test_the_list_names_customers_and_says_how_sure_their_links_are(workspace, capsys):
    assert show_at_risk(workspace, 0.5, 50)
    said = capsys.readouterr().out
    assert "1 high-value customers with negative reviews" in said
    assert "expected precision of the links behind them: 80%" in said
    assert "1 more have links of less than 50%" in said
    assert ID[0] in said
    assert ID[1] not in said
    assert ID[2] not in said, "its value is low"


def test_surest_links_alone_may_leave_nobody(workspace, capsys):
    assert not show_at_risk(workspace, 0.95, 50)
    assert "of 2 high-value customers" in capsys.readouterr().out


def test_what_is_not_shown_is_counted(workspace, capsys):
    assert show_at_risk(workspace, 0.0, 1)
    said = capsys.readouterr().out
    assert ID[0] in said
    assert ID[1] not in said
    assert "and 1 more: --limit 2 shows all" in said


def test_nothing_made_yet_says_what_to_do(tmp_path):
    empty = SimpleNamespace(lake=Lake.of(tmp_path, [CUSTOMERS, EXAMPLES]), settings=Settings(home=tmp_path))
    with pytest.raises(NotFittedError, match="stayworth run"):
        show_at_risk(empty, 0.5, 50)
