"""Released figures without the ledger that charged them: a home says so, whichever table it is."""

from pathlib import Path

import pytest

from assets.privacy.contract import CHARGED_TABLES
from pipelines.workspace import build_workspace
from resources.errors import PrivacyError
from resources.settings import CoreSettings, Settings


@pytest.mark.parametrize("table", CHARGED_TABLES)
def test_a_release_without_its_ledger_is_evidence_of_a_loss(tmp_path: Path, table: str) -> None:
    workspace = build_workspace(Settings(home=tmp_path / "home", core=CoreSettings()))
    folder = workspace.lake.path(table, None).parent
    folder.mkdir(parents=True)
    (folder / "all.parquet").write_bytes(b"rows of a release")
    with pytest.raises(PrivacyError, match=table):
        workspace.resource("ledger").spent("2016")
