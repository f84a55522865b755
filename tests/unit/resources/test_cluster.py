"""What goes with a step to another machine: settings yes, secrets never."""

from pathlib import Path

import pytest

from resources.cluster import (
    SECRETS_VARIABLE,
    refuse_without_cluster,
    refuse_without_secrets,
    variables_for_steps,
)
from resources.errors import SettingsError
from resources.settings import CoreSettings, load_settings


@pytest.mark.parametrize("address", ["", "http://127.0.0.1:8265", "https://ray.example.org/jobs", "http://[::1]:8265"])
def test_addresses_of_a_dashboard_are_taken(address: str) -> None:
    assert CoreSettings(executor="ray", ray_address=address).ray_address == address


@pytest.mark.parametrize(
    "address", ["ray://host:10001", "host:8265", "http://me:s3cret@host:8265", "http://host?s3cret"]
)
def test_other_addresses_are_refused_and_not_shown(address: str) -> None:
    with pytest.raises(SettingsError, match=r"core\.ray_address") as refused:
        CoreSettings(executor="ray", ray_address=address)
    assert "s3cret" not in str(refused.value)


def test_an_unknown_executor_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"core\.executor = 'dask' .*in_process, ray"):
        load_settings({"STAYWORTH_CORE__EXECUTOR": "dask"})


def test_a_cluster_must_be_named() -> None:
    with pytest.raises(SettingsError, match=r"core\.ray_address.*RAY_ADDRESS"):
        refuse_without_cluster("", {})
    refuse_without_cluster("http://head:8265", {})
    refuse_without_cluster("", {"RAY_ADDRESS": "http://head:8265"})


def test_settings_go_with_a_step_and_secrets_do_not() -> None:
    env = {
        "STAYWORTH_PRIVACY__K": "10", "STAYWORTH_SETTINGS": "some.toml", "STAYWORTH_HMAC_KEY": "s3cret",
        "STAYWORTH_SQL__DSN": "postgresql://me:s3cret@host/db", "AWS_SECRET_ACCESS_KEY": "s3cret",
        "STAYWORTH_ALERT_WEBHOOK": "https://s3cret", "OTHER": "s3cret",
    }  # fmt: skip
    sent = variables_for_steps(Path("/srv/home"), env)
    assert "s3cret" not in " ".join(sent)
    assert {"STAYWORTH_HOME=/srv/home", "STAYWORTH_PRIVACY__K", "DAGSTER_HOME", "STAYWORTH_KEY_EPOCH"} <= set(sent)
    assert f"STAYWORTH_SETTINGS={Path('some.toml').absolute()}" in sent
    assert f"{SECRETS_VARIABLE}=STAYWORTH_HMAC_KEY,STAYWORTH_SQL__DSN,AWS_SECRET_ACCESS_KEY" in sent
    secrets = {"STAYWORTH_HMAC_KEY", "STAYWORTH_SQL__DSN", "AWS_SECRET_ACCESS_KEY", "STAYWORTH_ALERT_WEBHOOK", "OTHER"}
    assert not secrets & set(sent)


def test_a_node_without_a_needed_secret_is_refused_by_its_name() -> None:
    needed = {SECRETS_VARIABLE: "STAYWORTH_HMAC_KEY,AWS_SECRET_ACCESS_KEY"}
    with pytest.raises(SettingsError, match="^STAYWORTH_HMAC_KEY not set on this node"):
        refuse_without_secrets({**needed, "AWS_SECRET_ACCESS_KEY": "s3cret"})
    refuse_without_secrets({**needed, "AWS_SECRET_ACCESS_KEY": "s3cret", "STAYWORTH_HMAC_KEY": "s3cret"})
    refuse_without_secrets({})
