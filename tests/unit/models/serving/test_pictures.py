"""Pictures in the metadata of models: names are drawn as they are."""

import polars as pl

from assets.models.serving.pictures import as_markdown, draw_back_test, draw_drift


def test_a_dollar_in_a_name_starts_no_formula() -> None:
    drift = pl.DataFrame({"name": ["Ba$$in Inn", "$\\frac{"], "psi": [0.2, 0.1]})
    assert as_markdown(draw_drift(drift, 0.1), "drift").startswith("![drift](data:image/png")
    deciles = pl.DataFrame({"decile": [1, 2], "predicted": [1.0, 2.0], "realised": [1.0, 2.0]})
    assert as_markdown(draw_back_test(deciles, "$\\frac{"), "back test").startswith("![back test]")
