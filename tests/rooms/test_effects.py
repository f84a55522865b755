"""Effects act once every blocking check of their asset has passed, and before its table is promoted."""

from pathlib import Path

import polars as pl
import pytest

from assets.common.effects import Effect
from assets.common.inputs import Reads, WholeInputs, WholeProduced
from assets.common.whole import WholeAsset, produce_whole, whole_asset
from assets.common.workspace import Workspace
from resources.contract import CheckOutcome, Column, FrameContract, Zone, outcome_of
from tests.rooms.toy import START, run, toy_workspace

TABLE = FrameContract(
    asset="toy_table", zone=Zone.INTERNAL, grain="one row", key=("name",),
    columns=(Column(name="name", dtype=pl.String, description="of the row"),),
)  # fmt: skip


def no_bad_name(staged: pl.DataFrame) -> list[CheckOutcome]:
    return [
        outcome_of("name_is_not_bad", staged.filter(pl.col("name") == "bad")),
        outcome_of("name_is_short", staged.filter(pl.col("name").str.len_chars() > 6), is_blocking=False),
    ]


def declared(name: str, done: list[str], *, fails: bool = False) -> WholeAsset:
    @whole_asset(contract=TABLE, group="toy", reads=[Reads("toy_raw", None)], validate=no_bad_name, owners=["team:toy"])
    def toy_table(_inputs: WholeInputs) -> WholeProduced:
        """A table that publishes its name."""

        def publish() -> None:
            if fails:
                message = "the disk is full"
                raise OSError(message)
            done.append(name)

        return WholeProduced(pl.DataFrame({"name": [name]}), effects=[Effect("publish", publish)])

    return toy_table


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = toy_workspace(tmp_path, {START: [1, 2]})
    made.contracts = {**made.contracts, TABLE.asset: TABLE}
    assert run(made, START).success
    return made


def stored(workspace: Workspace) -> list[str]:
    return workspace.lake.read(TABLE)["name"].to_list()


def test_a_green_table_is_published_and_stored(workspace: Workspace) -> None:
    done: list[str] = []
    assert not produce_whole(workspace, declared("good", done)).failed
    assert (done, stored(workspace)) == (["good"], ["good"])


def test_a_red_check_leaves_what_was_published_and_stored(workspace: Workspace) -> None:
    done: list[str] = []
    produce_whole(workspace, declared("good", done))
    assert produce_whole(workspace, declared("bad", done)).failed
    assert (done, stored(workspace)) == (["good"], ["good"])


def test_a_warning_holds_nothing_back(workspace: Workspace) -> None:
    done: list[str] = []
    assert not produce_whole(workspace, declared("long enough", done)).failed
    assert (done, stored(workspace)) == (["long enough"], ["long enough"])


def test_a_table_never_tells_of_an_effect_that_failed(workspace: Workspace) -> None:
    done: list[str] = []
    produce_whole(workspace, declared("good", done))
    with pytest.raises(OSError, match="disk is full"):
        produce_whole(workspace, declared("next", done, fails=True))
    assert (done, stored(workspace)) == (["good"], ["good"])
    assert not produce_whole(workspace, declared("next", done)).failed
    assert (done, stored(workspace)) == (["good", "next"], ["next"])
