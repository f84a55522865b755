from dataclasses import replace

from assets.embeddings.settings import EmbeddingSettings
from assets.models.evaluation import budget
from assets.models.evaluation.ablations import settings_variants, text_variants
from assets.models.evaluation.budget import evaluation_seconds
from assets.models.evaluation.text_studies import aggregation_variants, embedding_variants
from assets.models.settings import FULL, QUICK, ModelSettings
from tests.unit.models.build import examples_of
from tests.unit.models.evaluation.test_text_studies import Shelf, sources_of


def test_more_work_takes_longer():
    full, quick = ModelSettings(**FULL), ModelSettings(**QUICK)
    assert evaluation_seconds(quick) < 150 < evaluation_seconds(full) < 45 * 60
    assert evaluation_seconds(replace(full, other_repeats=10)) > 3 * evaluation_seconds(full)
    assert evaluation_seconds(replace(full, tuning_trials=0)) < evaluation_seconds(full)


def test_every_variant_that_is_trained_is_counted():
    settings = ModelSettings(**FULL)
    examples, sources = examples_of(), sources_of()
    anew, _ = embedding_variants(examples, sources, EmbeddingSettings(), "ours", Shelf())
    variants = settings_variants(settings) + text_variants(examples, sources, settings.anomaly_taus, 0.3)
    variants += anew + aggregation_variants(examples, sources)
    plain = {item.model for item in variants if item.is_tuned and not item.changes and item.examples is None}
    others = [item for item in variants if not item.is_tuned or item.changes or item.examples is not None]
    assert len(plain) + len(others) == budget._VARIANTS
