import json
from datetime import date

import polars as pl
import pytest

from assets.models.contract import CUSTOMER_SCORES
from resources.access_log import reading_for
from resources.encryption import FileCipher, is_sealed
from resources.errors import ContractError, NotFittedError
from resources.input_record import InputRecord
from resources.lake import Lake
from resources.score_reader import ScoreReader

DAYS = (date(2024, 5, 1), date(2024, 5, 3))
IDS = [f"{index:032x}" for index in range(50)]


@pytest.fixture
def reader(tmp_path):
    lake = Lake.of(tmp_path, [CUSTOMER_SCORES])
    fill(lake)
    return ScoreReader(lake, CUSTOMER_SCORES)


def fill(lake):
    for day in DAYS:
        rows = pl.DataFrame({"pseudo_customer_id": IDS, "value": [float(day.day)] * 50, "delivery_day": [day] * 50})
        others = {"target": "revenue_next_90d", "model": "m", "model_version": "v", "low": 0.0, "high": 9.0,
                  "segment": "low", "reasons": "r"}  # fmt: skip
        frame = CUSTOMER_SCORES.conform(rows.with_columns(**{name: pl.lit(value) for name, value in others.items()}))
        record = InputRecord(asset=CUSTOMER_SCORES.asset, partition=str(day))
        lake.promote(lake.stage(CUSTOMER_SCORES, day, frame, record))


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
        ScoreReader(Lake.of(tmp_path, [CUSTOMER_SCORES]), CUSTOMER_SCORES).find(IDS[0])


def test_a_look_is_noted_before_it_is_made(reader, tmp_path):
    with reading_for("command score"):
        reader.find(IDS[7])
    (line,) = (json.loads(text) for text in reader._lake.access_log.path.read_text().splitlines())
    assert (line["asset"], line["purpose"], line["last_day"]) == ("customer_scores", "command score", str(DAYS[1]))


def test_sealed_scores_are_found(tmp_path):
    lake = Lake.of(tmp_path, [CUSTOMER_SCORES], cipher=FileCipher(b"k" * 32))
    fill(lake)
    assert is_sealed(lake.path(CUSTOMER_SCORES.asset, DAYS[0]))
    assert ScoreReader(lake, CUSTOMER_SCORES).find(IDS[7]).height == 1
