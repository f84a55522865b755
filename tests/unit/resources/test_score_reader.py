from datetime import date

import polars as pl
import pytest

from assets.models.contract import CUSTOMER_SCORES
from resources.errors import ContractError, NotFittedError
from resources.input_record import InputRecord
from resources.lake import Lake
from resources.score_reader import ScoreReader

DAYS = (date(2024, 5, 1), date(2024, 5, 3))
IDS = [f"{index:032x}" for index in range(50)]


@pytest.fixture
def reader(tmp_path):
    lake = Lake.of(tmp_path, [CUSTOMER_SCORES])
    for day in DAYS:
        rows = pl.DataFrame({"pseudo_customer_id": IDS, "value": [float(day.day)] * 50, "delivery_day": [day] * 50})
        others = {"target": "revenue_next_90d", "model": "m", "model_version": "v", "low": 0.0, "high": 9.0,
                  "segment": "low", "reasons": "r"}  # fmt: skip
        frame = CUSTOMER_SCORES.conform(rows.with_columns(**{name: pl.lit(value) for name, value in others.items()}))
        record = InputRecord(asset=CUSTOMER_SCORES.asset, partition=str(day))
        lake.promote(lake.stage(CUSTOMER_SCORES, day, frame, record))
    return ScoreReader(lake, CUSTOMER_SCORES.asset)


def test_the_last_scored_day_answers(reader):
    row = reader.find(IDS[7]).row(0, named=True)
    assert (row["pseudo_customer_id"], row["delivery_day"], row["value"]) == (IDS[7], DAYS[1], 3.0)


@pytest.mark.parametrize(("asked", "found"), [(1, 0), (2, 0), (3, 1), (30, 1)])
def test_a_day_in_between_takes_the_one_before(reader, asked, found):
    assert reader.find(IDS[0], date(2024, 5, asked))["delivery_day"].to_list() == [DAYS[found]]


def test_an_unknown_customer_has_no_row(reader):
    assert reader.find("f" * 32).is_empty()


@pytest.mark.parametrize("text", ["", "x" * 32, "F" * 32, IDS[0] + "0", "../etc"])
def test_what_is_no_id_is_refused(reader, text):
    with pytest.raises(ContractError, match="32 hexadecimal"):
        reader.find(text)


def test_a_day_before_the_first_is_refused(reader):
    with pytest.raises(NotFittedError, match="first scored day is 2024-05-01"):
        reader.find(IDS[0], date(2024, 4, 30))


def test_nothing_scored_says_what_to_do(tmp_path):
    with pytest.raises(NotFittedError, match="stayworth run"):
        ScoreReader(Lake.of(tmp_path, [CUSTOMER_SCORES]), CUSTOMER_SCORES.asset).find(IDS[0])
