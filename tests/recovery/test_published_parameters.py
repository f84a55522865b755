"""The parameters that the models' authors published for CDNOW's customers come out of the same purchases."""

import numpy as np
import pytest

from assets.models.estimators.purchase_fits import fit_purchases, fit_spending
from benchmarks.purchase_data import CDNOW, history_at, purchases
from tests.public_files import public_folder

FOLDER = public_folder()
pytestmark = pytest.mark.skipif(not (FOLDER / CDNOW.file).is_file(), reason=f"no {CDNOW.file} in {FOLDER}")


@pytest.fixture(scope="module")
def history():
    """Purchases of 2,357 customers in 39 weeks."""
    return history_at(purchases(FOLDER, CDNOW), CDNOW.known_until, CDNOW.ahead)[1]


def test_bg_nbd_of_the_paper(history):
    assert len(history.repeats) == 2_357
    fit = fit_purchases(history)
    assert not fit.is_penalised
    assert fit.parameters == pytest.approx((0.243, 4.414, 0.793, 2.426), abs=1e-3)
    assert fit.log_likelihood == pytest.approx(-9_582.43, abs=0.01)


def test_bg_nbd_in_days_is_the_same(history):
    from dataclasses import replace

    days = replace(history, latest=7.0 * history.latest, seen=7.0 * history.seen)
    assert fit_purchases(days).parameters == pytest.approx((0.243, 7 * 4.414, 0.793, 2.426), abs=7e-3)


def test_gamma_gamma_of_the_note(history):
    assert int((history.repeats > 0).sum()) == 946
    fit = fit_spending(history)
    assert fit is not None
    assert not fit.is_penalised
    assert np.round(fit.parameters, 2) == pytest.approx((6.25, 3.74, 15.44))
    assert fit.parameters == pytest.approx((6.25, 3.74, 15.44), rel=1.2e-3)  # printed to two digits
    assert fit.log_likelihood == pytest.approx(-4_055.9177, abs=1e-3)


def test_the_penalty_is_what_moved_them(history):
    r, alpha, a, b = fit_purchases(history, penalty=1e-3).parameters
    assert max(abs(r - 0.243), abs(alpha - 4.414), abs(a - 0.793), abs(b - 2.426)) > 0.01
