"""What the studies room promises."""

import polars as pl

from assets.common.findings import findings_contract
from resources.contract import Column, FrameContract, Subject, Zone
from resources.sources.demo.settings import DECISIVE, NONE

ALIGNMENT_EVIDENCE = FrameContract(
    asset="alignment_evidence",
    zone=Zone.INTERNAL,
    grain="one row per figure of a part and setting",
    key=("part", "setting", "place", "measure"),
    description="How far the pairs can be trusted: windows compared, permutation control, calibration, single "
    "pairs, an oracle over the stored candidates.",
    columns=(
        Column(
            name="part",
            dtype=pl.String,
            description="what is shown",
            values=("window", "permutation", "reliability", "waterfall", "verdict", "stored"),
        ),
        Column(
            name="setting",
            dtype=pl.String,
            description="window in days, bin, texts, or number of a pair",
            subject=Subject.NONE,
        ),
        Column(name="place", dtype=pl.Int32, description="order in which it is shown", minimum=0, subject=Subject.NONE),
        Column(
            name="measure",
            dtype=pl.String,
            description="name of the figure; of a waterfall: its step",
            subject=Subject.NONE,
        ),
        Column(name="value", dtype=pl.Float64, description="the figure; bits of a waterfall's step"),
    ),
)

PRICE_OF_PRIVACY = FrameContract(
    asset="price_of_privacy",
    zone=Zone.INTERNAL,
    grain="one row per setting and figure",
    key=("study", "setting", "measure"),
    description="What k, the length of the batch and epsilon cost: pairs, forecasts, released aggregates.",
    columns=(
        Column(name="study", dtype=pl.String, description="what was varied", values=("k", "batch", "epsilon")),
        Column(name="setting", dtype=pl.String, description="its value, as shown", subject=Subject.NONE),
        Column(name="place", dtype=pl.Int32, description="order in which settings are shown", minimum=0),
        Column(
            name="measure",
            dtype=pl.String,
            description="name of the figure; of a model: <model>.<metric>",
            subject=Subject.NONE,
        ),
        Column(name="value", dtype=pl.Float64, description="the figure", nullable=True),
        Column(name="low", dtype=pl.Float64, description="lower bound, 95 %", nullable=True),
        Column(name="high", dtype=pl.Float64, description="upper bound, 95 %", nullable=True),
    ),
)

VALUE_CEILINGS = FrameContract(
    asset="value_ceilings",
    zone=Zone.INTERNAL,
    grain="one row per influence, world, model and figure",
    key=("influence", "seed", "model", "metric"),
    description="Models, data-rich ceiling and oracle on the same test rows of simulated worlds, by influence (demo).",
    columns=(
        Column(name="influence", dtype=pl.String, description="of satisfaction on value",
               values=("none", "weak", "strong")),
        Column(name="seed", dtype=pl.Int64, description="of the world", subject=Subject.NONE),
        Column(name="model", dtype=pl.String, description="as in model_metrics; data_rich_<learner>, oracle, "
               "<model>_true_links, or pairs", subject=Subject.NONE),
        Column(name="metric", dtype=pl.String, description="of the pairs: share that is right",
               values=("r2", "mae", "gini", "right")),
        Column(name="value", dtype=pl.Float64, description="the figure", nullable=True),
    ),
)  # fmt: skip

TEXT_CONTROLS = FrameContract(
    asset="text_controls",
    zone=Zone.INTERNAL,
    grain="one row per simulated world, protocol and comparison",
    key=("world", "seed", "protocol", "comparison"),
    description="What texts, and those of others, add to the forecast where they decide all, and nothing (demo).",
    columns=(
        Column(name="world", dtype=pl.String(), description="decisive: texts tell what guests will spend; none: "
               "nothing does", values=(DECISIVE, NONE)),
        Column(name="seed", dtype=pl.Int64(), description="of the world", subject=Subject.NONE),
        Column(name="protocol", dtype=pl.String(), description="cross-validation or hold-out", subject=Subject.NONE),
        Column(name="comparison", dtype=pl.String(), description="true texts, or those of others, minus none, in the "
               "same network", values=("text", "shuffled")),
        Column(name="value", dtype=pl.Float64(), description="difference of the area under the curve, any revenue"),
        Column(name="low", dtype=pl.Float64(), description="lower bound, 95 %, over guests"),
        Column(name="high", dtype=pl.Float64(), description="upper bound, 95 %, over guests"),
        Column(name="p", dtype=pl.Float64(), description="two-sided, paired bootstrap over guests", minimum=0,
               maximum=1),
        Column(name="guests", dtype=pl.Int64(), description="tested", minimum=1),
    ),
)  # fmt: skip

CUSTOMER_KEYS = FrameContract(
    asset="customer_keys",
    zone=Zone.INTERNAL,
    grain="one row per key",
    key=("key",),
    description="What pseudo-customers each choice of key makes, and how pure and complete they are (demo).",
    columns=(
        Column(name="key", dtype=pl.String, description="settings, what was added or left out, guest_key, or chained",
               subject=Subject.NONE),
        Column(name="place", dtype=pl.Int32, description="order in which it is shown", minimum=0),
        Column(name="bookings", dtype=pl.Int64, description="booking rows compared", minimum=1),
        Column(name="pseudo_customers", dtype=pl.Int64, description="groups that the key makes", minimum=1),
        Column(name="median_bookings", dtype=pl.Float64, description="median bookings of a group", minimum=1),
        Column(name="bookings_p99", dtype=pl.Float64, description="bookings that one group in a hundred has or exceeds",
               nullable=True, minimum=1),
        Column(name="guests", dtype=pl.Int64, description="true guests behind the bookings", nullable=True, minimum=1),
        Column(name="purity", dtype=pl.Float64, description="share of bookings of the commonest guest of their group",
               nullable=True, minimum=0, maximum=1),
        Column(name="completeness", dtype=pl.Float64, description="share of bookings in the group that holds most of "
               "their guest's", nullable=True, minimum=0, maximum=1),
    ),
)  # fmt: skip


def _rate(name: str, description: str, *, nullable: bool = False) -> Column:
    return Column(name=name, dtype=pl.Float64, description=description, nullable=nullable, minimum=0, maximum=1)


PRIVACY_ATTACKS = FrameContract(
    asset="privacy_attacks",
    zone=Zone.INTERNAL,
    grain="one row per attack, zone and k",
    key=("attack", "zone", "k"),
    description="How often attackers with stated knowledge succeed, with intervals, beside what guessing gives.",
    columns=(
        Column(
            name="attack",
            dtype=pl.String,
            description="name of the attack (docs/privacy/threat_model.md)",
            subject=Subject.NONE,
        ),
        Column(name="knows", dtype=pl.String, description="what the attacker knows and holds"),
        Column(
            name="zone",
            dtype=pl.String,
            description="zone that is attacked",
            values=tuple(str(zone) for zone in Zone),
        ),
        Column(
            name="k",
            dtype=pl.Int32,
            description="k of the labels; 1 for exact rows",
            unit="guests",
            minimum=1,
            subject=Subject.NONE,
        ),
        Column(name="targets", dtype=pl.Int64, description="guests, stays or customers attacked", minimum=1),
        Column(
            name="successes",
            dtype=pl.Float64,
            description="expected successes, a choice among n equals counted 1/n; AUC times targets for models",
            minimum=0,
        ),
        _rate("rate", "share of successes, or area under the curve"),
        _rate("low", "lower bound of the rate, 95 %"),
        _rate("high", "upper bound of the rate, 95 %"),
        _rate("worst", "highest chance of success over the targets", nullable=True),
        _rate("guess_rate", "what guessing gives on the same targets"),
        _rate("guess_low", "lower bound of the guess, 95 %"),
        _rate("guess_high", "upper bound of the guess, 95 %"),
        Column(name="guess_way", dtype=pl.String, description="how is guessed"),
        _rate("outside_rate", "the same attack on the same guests without their rows", nullable=True),
        _rate("outside_low", "lower bound, 95 %", nullable=True),
        _rate("outside_high", "upper bound, 95 %", nullable=True),
        Column(name="outside_way", dtype=pl.String, description="how the rows were left out", nullable=True),
        Column(
            name="disclosed",
            dtype=pl.Float64,
            description="further bookings that a success opens, on average",
            nullable=True,
            minimum=0,
        ),
        _rate("disclosed_right", "share of these that are the guest's own, where guests are known", nullable=True),
        Column(name="meaning", dtype=pl.String, description="one sentence on what the figures mean"),
    ),
)

STUDIES_FINDINGS = findings_contract("studies")
