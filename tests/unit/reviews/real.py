"""The public sample, where it is at hand."""

import io
import os
import zipfile
from pathlib import Path

import polars as pl
import pytest

_ROOT = Path(__file__).parents[3]


def data_folder() -> Path:
    folder = Path(os.environ.get("STAYWORTH_DATA") or _ROOT.parent / "shared" / "data")
    if not (folder / "hotel_reviews_sample.csv.zip").exists():
        pytest.skip(f"the public files are not in {folder}")
    return folder


def sample() -> pl.DataFrame:
    with zipfile.ZipFile(data_folder() / "hotel_reviews_sample.csv.zip") as archive:
        return pl.read_csv(io.BytesIO(archive.read("Hotel_Reviews.csv")), infer_schema=False)
