"""A model joins by one file and one line: the file of the how-to page, outside the tree, by an entry point."""

import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from assets.models.checks import validate_predictions, validate_scores, validate_trained_models
from assets.models.contract import TRAINED_MODELS
from assets.models.estimators import registry, spec
from assets.models.evaluation.budget import evaluation_seconds
from assets.models.evaluation.evaluate import PROSPECTIVE_CV, evaluate, metrics_of
from assets.models.examples.dataset import BEHAVIOUR_COLUMNS, to_arrays
from assets.models.findings.accuracy import model_results
from assets.models.findings.evidence import claim_frame, claim_tree
from assets.models.findings.verdicts import shared_draws, verdict_results
from assets.models.serving.kept_models import kept_models, served_of, train_final
from assets.models.serving.scoring import score_customers
from assets.models.serving.training_log import models_of_run
from assets.models.settings import ModelSettings
from assets.reports.chapters.models.evidence import claim_tables
from assets.reports.telling.accuracy import Accuracy
from assets.reports.telling.comparison import model_table
from resources.errors import ContractError, SettingsError
from resources.model_store import ModelStore
from tests.unit.models.build import DIMENSIONS, QUICKEST, examples_of

ROOT = Path(__file__).resolve().parents[3]
NAME = "everybodys_growth"
DAY = date(2024, 6, 30)
MODELS = ("same_as_past", "lightgbm", NAME)


def installed(folder: Path, points: dict[str, str], package: str = "toy") -> None:
    """Write the metadata that an installer leaves beside a package."""
    about = folder / f"{package}-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    lines = "".join(f"{name} = {value}\n" for name, value in points.items())
    (about / "entry_points.txt").write_text(f"[{registry.ENTRY_POINTS}]\n{lines}")


def page_code() -> str:
    page = (ROOT / "docs" / "how_to" / "add_a_model.md").read_text("utf-8")
    return re.findall(r"```python\n(.*?)```", page, re.DOTALL)[0]


def forget() -> None:
    registry.model_modules.cache_clear()
    spec.model_spec.cache_clear()


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A folder of installed packages, on the path for one test."""
    monkeypatch.syspath_prepend(str(tmp_path))
    forget()
    yield tmp_path
    forget()


@pytest.fixture
def toy(site):
    (site / f"growth_of_{site.name}.py".replace("-", "_")).write_text(page_code())
    installed(site, {NAME: f"growth_of_{site.name}".replace("-", "_")})
    forget()
    return site


@pytest.fixture
def examples():
    """Everybody spends twice as much as before: the toy knows, the past alone does not."""
    own = examples_of()
    noise = np.random.default_rng(3).uniform(0.9, 1.1, own.height)
    return own.with_columns(target_clv=2.0 * pl.col("past_revenue") * pl.Series(noise))


def settings(**changes) -> ModelSettings:
    return replace(QUICKEST, models=MODELS, **changes)


def test_it_is_trained_evaluated_kept_and_served(toy, examples, tmp_path):
    predictions = evaluate(examples, settings(), clock=lambda: 0.0)
    metrics = metrics_of(predictions, settings())
    assert set(MODELS) == set(metrics["model"])
    assert all(item.passed for item in validate_predictions(predictions))
    final = train_final(examples, predictions, metrics, settings(), DAY)
    assert final.served == NAME
    record = {"models": kept_models(final, lambda model, version: f"{model}/{version}"), "chosen": NAME,
              "as_of": str(DAY), "rows": final.rows}  # fmt: skip
    kept = TRAINED_MODELS.conform(models_of_run(record))
    assert all(item.passed for item in validate_trained_models(kept))
    store = ModelStore(tmp_path / "store")
    store.serve(DAY, {name: store.save(artefact) for name, artefact in final.artefacts.items()}, NAME)
    name, versions = store.in_force(DAY)
    served = served_of(name, {key: store.load(key, version, BEHAVIOUR_COLUMNS) for key, version in versions.items()})
    known = examples.filter((pl.col("protocol") == "prospective") & (pl.col("split") == "holdout"))
    scores = score_customers(known, served, DAY, segment_rule="thirds", reasons=2)
    assert all(item.passed for item in validate_scores(scores))
    assert set(scores["model"]) == {NAME}
    data = to_arrays(known, DIMENSIONS)
    assert served.model.predict(data).value == pytest.approx(2.0 * data.past, rel=0.05)


def test_its_title_and_its_claim_stand_in_the_report(toy, examples):
    predictions = evaluate(examples, settings(), clock=lambda: 0.0)
    metrics = metrics_of(predictions, settings())
    rng = np.random.default_rng(1)
    tree = model_results(metrics, predictions, folds=2, mape_floor=100.0, draws=20, rng=rng)[PROSPECTIVE_CV]
    table = model_table(Accuracy(PROSPECTIVE_CV, {model: tree[model] for model in MODELS}), "EUR")
    assert table is not None
    assert "Everybody's growth" in [row[0] for row in table.rows]
    verdicts = verdict_results(shared_draws(predictions, PROSPECTIVE_CV, rng, draws=20))
    (claim,) = claim_tables(claim_tree(claim_frame(metrics, 2, rng, 20)), verdicts)
    assert claim.title.startswith("Claim: growth beats “same as the past”. Verdict:")


def test_settings_and_the_budget_know_it(toy):
    assert registry.all_models()[-1] == NAME
    assert ModelSettings().models == registry.all_models()
    without = settings().models[:-1]
    assert evaluation_seconds(settings()) > evaluation_seconds(replace(settings(), models=without))


def test_another_process_knows_its_name_before_any_library_is_loaded(toy):
    code = "import sys; from assets.models.settings import ModelSettings; print(ModelSettings().models[-1])"
    told = {"PYTHONPATH": os.pathsep.join([str(ROOT), str(toy)]), "PATH": os.environ["PATH"]}
    command = [sys.executable, "-c", f"{code}; print({{'torch', 'lightgbm', 'optuna'}} & set(sys.modules) or 'light')"]
    done = subprocess.run(command, capture_output=True, text=True, env=told, cwd=ROOT, check=True, timeout=120)
    assert done.stdout.split() == [NAME, "light"]


def test_without_its_package_the_name_is_refused(site):
    with pytest.raises(SettingsError, match=r"models\.models"):
        settings()
    with pytest.raises(ContractError, match=f"no model is called '{NAME}'"):
        spec.model_spec(NAME)


@pytest.mark.parametrize("name", ["Growth", "growth-2", "growth_fine_tuned", "2growth", "best", "a.b"])
def test_names_that_no_path_can_hold_are_refused(site, name):
    installed(site, {name: "growth"})
    forget()
    with pytest.raises(ContractError, match="can't be the name of a model"):
        registry.model_modules()


def test_two_models_of_one_name_are_refused(site):
    installed(site, {"lightgbm": "growth"})
    forget()
    with pytest.raises(ContractError, match="two models are called 'lightgbm'"):
        registry.model_modules()


def test_a_module_that_describes_another_model_is_refused(toy):
    module = registry.model_modules()[NAME]
    installed(toy, {"growth": module}, package="other")
    forget()
    with pytest.raises(ContractError, match=f"is to describe the model 'growth', its SPECS hold .'{NAME}'"):
        spec.model_spec("growth")


def test_every_model_is_described_by_its_module_and_claims_name_models():
    for name in registry.all_models():
        own = spec.model_spec(name)
        assert own.title
        named = {own.tuned_as or name, *own.compared_with, *(claim.against for claim in own.claims)}
        assert named <= set(registry.all_models())
        assert own.tuned_as is None or own.space is None
    orders = [claim.order for name in registry.all_models() for claim in spec.model_spec(name).claims]
    assert len(set(orders)) == len(orders)


@pytest.mark.parametrize("facts", [{"seconds_per_fit": 0.0}, {"outputs": ("probability",)}])
def test_a_spec_without_time_or_value_is_refused(facts):
    with pytest.raises(ContractError, match="among the outputs of every model"):
        replace(spec.model_spec("lightgbm"), **facts)
