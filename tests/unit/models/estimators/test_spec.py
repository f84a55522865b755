"""What a model's description says of it is so."""

from dataclasses import replace

import numpy as np
import pytest

from assets.models.estimators.registry import all_models
from assets.models.estimators.spec import fit_model, model_spec
from assets.models.examples.dataset import BEHAVIOUR, PAST, TEXT, WIDE
from tests.unit.models.build import QUICKEST, arrays_of

SETTINGS = replace(QUICKEST, forest_trees=3, text_components=2, max_epochs=1)
CHANGED = {
    PAST: lambda data: replace(
        data, past=3.0 * data.past + 50.0, past_year=data.past_year + 50.0, year_earlier=data.year_earlier + 50.0
    ),
    BEHAVIOUR: lambda data: replace(data, behaviour=np.roll(data.behaviour, 1, axis=0)),
    WIDE: lambda data: replace(data, wide=np.roll(data.wide, 1, axis=0)),
    TEXT: lambda data: replace(data, text=np.where(data.has_text[:, None], np.roll(data.text, 3, axis=0), data.text)),
}


@pytest.fixture(scope="module")
def data():
    return arrays_of()


@pytest.mark.parametrize("name", all_models())
def test_a_model_gives_what_it_says_and_reads_nothing_else(name, data):
    spec = model_spec(name)
    predicted = fit_model(name, data, SETTINGS, 1).predict(data)
    assert set(predicted.outputs) == set(spec.outputs)
    for block in set(CHANGED) - set(spec.reads):
        other = CHANGED[block](data)
        again = fit_model(name, other, SETTINGS, 1).predict(other)
        assert again.value.tobytes() == predicted.value.tobytes(), f"{name} reads {block}"


@pytest.mark.parametrize("block", sorted(CHANGED))
def test_the_changes_are_felt_by_those_who_read_them(block, data):
    name = {PAST: "same_as_past", BEHAVIOUR: "lightgbm", WIDE: "two_part", TEXT: "text_only"}[block]
    other = CHANGED[block](data)
    first, second = (fit_model(name, rows, SETTINGS, 1).predict(rows).value for rows in (data, other))
    assert first.tobytes() != second.tobytes()
