"""Why one customer is valued so: what is told of them, of nobody else, and that reading it is noted."""

import json
from types import SimpleNamespace

import polars as pl
import pytest

from assets.models.contract import CUSTOMER_REVIEWS, EXPLAINED_TEXTS, FEATURE_INFLUENCE
from pipelines.single_forecasts import show_why
from resources.input_record import InputRecord
from resources.lake import Lake
from resources.settings import Settings

ONE, OTHER, NOBODY = (f"{number:032x}" for number in range(3))


def rows() -> dict[str, tuple]:
    influence = pl.DataFrame(
        [{"pseudo_customer_id": who, "model": "lightgbm", "feature": feature, "influence": moved, "scaled_value": rank}
         for who, feature, moved, rank in ((ONE, "b_recency", -80.5, 0.25), (ONE, "b_frequency", 12.0, 0.9),
                                           (OTHER, "b_monetary", 999.0, 1.0))],
        schema=FEATURE_INFLUENCE.schema,
    )  # fmt: skip
    reviews = pl.DataFrame(
        {"pseudo_customer_id": [ONE, ONE, OTHER], "review_id": ["r1", "r2", "r3"], "share": [0.25, 0.75, 1.0]},
        schema=CUSTOMER_REVIEWS.schema,
    )
    explained = pl.DataFrame(
        [{"model": "gated_fusion", "segment": segment, "pseudo_customer_id": who, "review_id": "r", "prediction": 1.0,
          "share": 1.0, "fit": None, "text": word, "words": [word], "weights": [-3.5]}
         for who, segment, word in ((ONE, "low", "noise"), (OTHER, "high", "staff"))],
        schema=EXPLAINED_TEXTS.schema,
    )  # fmt: skip
    return {"f": (FEATURE_INFLUENCE, influence), "r": (CUSTOMER_REVIEWS, reviews), "e": (EXPLAINED_TEXTS, explained)}


@pytest.fixture
def workspace(tmp_path):
    lake = Lake.of(tmp_path, [FEATURE_INFLUENCE, CUSTOMER_REVIEWS, EXPLAINED_TEXTS])
    for contract, frame in rows().values():
        record = InputRecord(asset=contract.asset, partition="all")
        lake.promote(lake.stage(contract, None, contract.conform(frame), record))
    return SimpleNamespace(lake=lake, settings=Settings(home=tmp_path))


def test_features_reviews_and_words_of_one_customer_strongest_first(workspace, capsys):
    show_why(workspace, ONE)
    said = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in said if not line.startswith(" ")] == ["features", "reviews", "words"]
    assert "-80.50 EUR  recency, higher than of 25 % (lightgbm)" in said[0]
    assert "+12.00 EUR  frequency" in said[1]
    assert "75 % of the text read: r2" in said[2]
    assert "-3.50 EUR  noise (gated_fusion)" in said[4]
    assert not [line for line in said if "monetary" in line or "r3" in line or "staff" in line]


def test_what_is_not_known_is_said(workspace, capsys):
    show_why(workspace, NOBODY)
    said = capsys.readouterr().out
    assert "not taken apart" in said
    assert "none is believed to be theirs" in said


def test_every_read_is_noted_with_its_purpose(workspace, tmp_path):
    show_why(workspace, ONE)
    log = (tmp_path / "lake" / "restricted" / "access.log").read_text("utf-8").splitlines()
    noted = [json.loads(line) for line in log]
    assert [item["asset"] for item in noted] == ["feature_influence", "customer_reviews", "explained_texts"]
    assert {item["purpose"] for item in noted} == {"command score --why"}
