"""Checks of the studies: shares are shares, intervals hold their rates, nobody knows more than the oracle."""

import polars as pl

from assets.models.evaluation.tuning import PROSPECTIVE_CV
from resources.contract import CheckOutcome, outcome_of
from resources.sources.demo.settings import DECISIVE, NONE

# Shares of targets above which a view of customers is not to be shown to anybody.
_VIEW_LIMITS = {
    "customers_alone": 0.01, "customers_to_rows": 0.005, "chained": 0.0, "score_fingerprint": 0.01,
    "internal_joined_singling_out": 0.001, "text_fingerprint": 0.0,
}  # fmt: skip


def validate_price(staged: pl.DataFrame) -> list[CheckOutcome]:
    """Checks of the rows of ``price_of_privacy``."""
    shares = staged.filter(pl.col("measure").is_in(["withheld_share", "paired_share", "precision", "recall", "f1"]))
    outside = shares.filter(~pl.col("value").is_between(0.0, 1.0))
    exact = staged.filter((pl.col("setting") == "k = 1") & (pl.col("measure") == "ncp") & (pl.col("value") > 1e-9))
    return [
        outcome_of(
            "study_shares_are_shares", outside, show=("setting", "measure", "value"),
            advice="a share lies between 0 and 1; look at assets/studies/price_of_privacy.py",
        ),
        outcome_of(
            "exact_rows_lose_nothing", exact, show=("setting", "value"),
            advice="k = 1 must publish the rows as they are, or the yardstick of the study is wrong",
        ),
    ]  # fmt: skip


def validate_ceilings(staged: pl.DataFrame) -> list[CheckOutcome]:
    """Checks of the rows of ``value_ceilings``: nobody knows more than the oracle, but for chance.

    A warning: where most rows are withheld (tiny worlds), the oracle expects revenue that is never published.
    """
    r2 = staged.filter((pl.col("metric") == "r2") & pl.col("value").is_not_null())
    means = r2.group_by("influence", "model").agg(value=pl.col("value").mean())
    oracle = means.filter(pl.col("model") == "oracle").select("influence", oracle="value")
    above = means.join(oracle, on="influence").filter(pl.col("value") > pl.col("oracle") + 0.02)
    return [
        outcome_of(
            "nobody_beats_the_oracle", above, show=("influence", "model", "value", "oracle"), is_blocking=False,
            advice="the oracle must look at the same customers and days as the models (assets/studies/ceilings.py)",
        ),
    ]  # fmt: skip


def validate_controls(staged: pl.DataFrame) -> list[CheckOutcome]:
    """Checks of the rows of ``text_controls``: text is seen where it decides, and nothing is where it does not.

    Warnings: a figure of text is not to be trusted while one of them is red.
    """
    positive = staged.filter((pl.col("world") == DECISIVE) & (pl.col("protocol") == PROSPECTIVE_CV))
    unseen = positive.filter((pl.col("comparison") == "text") & (pl.col("low") <= 0.0))
    seen = positive.filter((pl.col("comparison") == "shuffled") & (pl.col("low") > 0.0))
    null = staged.filter((pl.col("world") == NONE) & (pl.col("comparison") == "text"))
    claimed = null.filter((pl.col("protocol") == PROSPECTIVE_CV) & (pl.col("p") < 0.05) & (pl.col("value") > 0.0))
    too_many = claimed if claimed.height > max(1.0, 0.05 * null["seed"].n_unique()) else claimed.clear()
    show = ("world", "seed", "protocol", "value", "low", "high")
    return [
        outcome_of(
            "text_is_seen_where_it_decides", unseen, show=show, is_blocking=False,
            advice="the network finds nothing in texts that decide: no gain and no absence of one means anything",
        ),
        outcome_of(
            "texts_of_others_do_not_help", seen, show=show, is_blocking=False,
            advice="having a text is taken for what it says: look at the masks of assets/models/examples",
        ),
        outcome_of(
            "nothing_is_claimed_where_nothing_is", too_many, show=show, is_blocking=False,
            advice="the rule of verdicts claims gains that are not there: look at assets/models/evaluation/paired.py",
        ),
    ]  # fmt: skip


def validate_attacks(staged: pl.DataFrame) -> list[CheckOutcome]:
    """Checks of the rows of ``privacy_attacks``: what k-anonymity promises holds against quasi-identifiers and day."""
    promised = staged.filter(pl.col("zone").is_in(["internal", "released"]) & (pl.col("k") > 1))
    chance = 1.0 / pl.col("k") + 1e-9
    linked = promised.filter((pl.col("attack") == "linkage") & ((pl.col("worst") > chance) | (pl.col("rate") > chance)))
    single = promised.filter((pl.col("attack") == "singling_out") & (pl.col("rate") > 0))
    crossed = staged.filter((pl.col("low") > pl.col("rate")) | (pl.col("rate") > pl.col("high")))
    models = staged.filter(pl.col("attack").str.contains("^membership_.*_(loss|calibrated)$") & (pl.col("low") > 0.75))
    limits = pl.col("attack").replace_strict(_VIEW_LIMITS, default=1.0, return_dtype=pl.Float64)
    views = staged.filter((pl.col("zone") == "internal") & (pl.col("rate") > limits))
    show = ("attack", "zone", "k", "rate", "worst")
    return [
        outcome_of(
            "linkage_is_at_most_one_in_k", linked, show=show,
            advice="a published class holds fewer rows than k: do not release, and check the labels of the batch",
        ),
        outcome_of(
            "nobody_is_singled_out_by_labels", single, show=show,
            advice="a published class holds one guest: do not release, and check how guests are counted",
        ),
        outcome_of(
            "internal_views_name_nobody", views, show=show,
            advice="a table outside restricted tells of single customers: see which columns its cells are made of",
        ),
        outcome_of(
            "attack_interval_holds_its_rate", crossed, show=("attack", "zone", "k", "low", "rate", "high"),
            advice="look at the interval's method in assets/studies/attacks/rates.py",
        ),
        outcome_of(
            "models_do_not_memorise", models, show=show, is_blocking=False, threshold=0.75,
            advice="a model remembers its customers: fewer rounds or epochs, more rows per leaf, more weight decay",
        ),
    ]  # fmt: skip


def validate_evidence(staged: pl.DataFrame) -> list[CheckOutcome]:
    """Checks of the rows of ``alignment_evidence``; the last two warn, since such data is no fault of a run."""
    names = ["paired_share", "precision", "recall", "f1", "oracle_f1", "calibration_error"]
    outside = staged.filter(pl.col("measure").is_in(names) & ~pl.col("value").is_between(0.0, 1.0))
    verdict = staged.filter(pl.col("measure") == "is_identified")
    unlearned = verdict.filter((pl.col("part") == "verdict") & (pl.col("value") == 0))
    noise = verdict.filter((pl.col("part") == "permutation") & (pl.col("value") == 1))
    show = ("part", "setting", "measure", "value")
    return [
        outcome_of(
            "evidence_shares_are_shares", outside, show=show,
            advice="a share lies between 0 and 1; look at assets/studies/alignment_evidence.py",
        ),
        outcome_of(
            "match_weights_are_identified", unlearned, show=show, is_blocking=False,
            advice="free weights drift on this data, which holds no visible true links: the assumed weights stand in, "
            "and pairs say what is alike, not who wrote what",
        ),
        outcome_of(
            "shuffled_texts_teach_nothing", noise, show=show, is_blocking=False,
            advice="texts dealt out anew still look like true links: do not trust the learned match weights",
        ),
    ]  # fmt: skip
