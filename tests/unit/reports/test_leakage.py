"""The leakage table by group of features, text among them, and the sentence beside the picture."""

import numpy as np
import polars as pl

from assets.customers.leakage import FEATURE_GROUPS, feature_sets, leakage_table, leakage_tree
from assets.reports.leakage import GROUP_LABELS, leakage_group_table, leakage_groups, leakage_rows
from assets.reports.sections_customers import leakage_sentence
from assets.reports.telling.wording import Estimate
from tests.unit.customers.test_leakage import customers_of


def test_every_group_has_a_row_in_the_report():
    text = pl.DataFrame({"pseudo_customer_id": ["x"], "text_score": [1.0], "has_text": [1.0], "reviews": [1.0]})
    table = leakage_table(customers_of(4, 60), np.random.default_rng(1), text=text)
    branch = leakage_tree(table)
    groups = leakage_groups(branch)
    assert groups is not None
    assert {f"group_{name}" for name in FEATURE_GROUPS} < set(GROUP_LABELS)
    assert [label for label, *_ in groups] == list(GROUP_LABELS.values())
    shown = leakage_group_table(groups)
    assert all(len(row) == len(shown.columns) for row in shown.rows)
    assert dict(zip((row[0] for row in shown.rows), (row[1] for row in shown.rows), strict=True))[
        "How many reviews are paired"
    ] == "has text, reviews"  # fmt: skip
    assert len(leakage_rows(branch) or ()) == 5
    assert leakage_groups({}) is leakage_rows({}) is None
    assert len({item.name for item in feature_sets()}) == len(feature_sets())


def test_the_sentence_says_what_was_left_out():
    rows = [
        ("The paper's seven features", Estimate(0.9)),
        ("without M", Estimate(0.7)),
        ("without M and F", Estimate(0.5)),
    ]
    assert leakage_sentence(rows).replace("\u202f", " ").replace("\u00a0", " ") == (
        "One learner reaches R² 0.900 with the paper's seven features, and 0.500 without M and F: 40 % of the variance "
        "was the target's own echo."
    )
