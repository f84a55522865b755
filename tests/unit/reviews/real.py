"""The public sample, where it is at hand."""

import io
import zipfile
from pathlib import Path

import polars as pl
import pytest

from tests.public_files import REVIEWS_FILE, public_folder


def data_folder() -> Path:
    folder = public_folder()
    if not (folder / REVIEWS_FILE).exists():
        pytest.skip(f"the public files are not in {folder}")
    return folder


def sample() -> pl.DataFrame:
    with zipfile.ZipFile(data_folder() / REVIEWS_FILE) as archive:
        return pl.read_csv(io.BytesIO(archive.read("Hotel_Reviews.csv")), infer_schema=False)
