"""Where the steps of a run are executed, and what of the environment goes with them to another machine."""

import os
import re
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from resources.errors import SettingsError
from resources.paths import expanded

EXECUTORS = ("in_process", "ray")
# Read by Ray itself, which lets them win over the address that it is given.
ADDRESS_VARIABLES = ("RAY_API_SERVER_ADDRESS", "RAY_ADDRESS")
SECRETS_VARIABLE = "STAYWORTH_NEEDED_SECRETS"  # names of secrets, never their values
_SECRETS = (
    "STAYWORTH_HMAC_KEY", "STAYWORTH_PREVIOUS_HMAC_KEY", "STAYWORTH_RESTRICTED_KEY", "STAYWORTH_TOMBSTONE_KEY",
    "STAYWORTH_SQL__DSN",
    "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "PGPASSWORD",
)  # fmt: skip
_PLAIN = (
    "STAYWORTH_KEY_EPOCH", "AWS_REGION", "AWS_ENDPOINT_URL", "PGHOST", "PGPORT", "PGDATABASE", "PGUSER",
    "DAGSTER_HOME", "DAGSTER_EVENT_BATCH_SIZE", "DAGSTER_DISABLE_TELEMETRY", "HF_HUB_OFFLINE",
    "OMP_NUM_THREADS", "POLARS_MAX_THREADS",
)  # fmt: skip
_URL = re.compile(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?(/[A-Za-z0-9._/-]*)?|https?://\[[0-9A-Fa-f:]+\](:\d{1,5})?/?")


def odd_cluster(executor: str, address: str) -> tuple[str, str, str] | None:
    """The setting that makes no sense, what to show of its value, and what is allowed; None where all is well.

    An address that is refused is not shown, since it may hold a secret.
    """
    if executor not in EXECUTORS:
        return "executor", executor, ", ".join(EXECUTORS)
    if address and not _URL.fullmatch(address):
        return "ray_address", "(not shown)", "http://host:8265 or https://host:port, without user, password or query"
    return None


def refuse_without_cluster(address: str, environment: Mapping[str, str] | None = None) -> None:
    """Raise unless something says where the cluster is.

    Args:
        address: setting ``core.ray_address``.
        environment: variables to read instead of the process's own (tests).

    Raises:
        SettingsError: neither the setting nor a variable of Ray is set.
    """
    env = os.environ if environment is None else environment
    if not address and not any(env.get(name) for name in ADDRESS_VARIABLES):
        message = (
            "core.executor = 'ray' and no cluster is named; set core.ray_address (STAYWORTH_CORE__RAY_ADDRESS) to "
            f"the address of its dashboard, http://host:8265, or {' or '.join(ADDRESS_VARIABLES)}"
        )
        raise SettingsError(message)


def refuse_without_secrets(environment: Mapping[str, str] | None = None) -> None:
    """Raise where whoever started the run had a secret that this process lacks.

    Secrets are not sent with a step: Ray shows the environment of a job to everyone who may open its dashboard. A
    node without the key of the hashes would quietly make another one.

    Raises:
        SettingsError: names what is missing.
    """
    env = os.environ if environment is None else environment
    missing = [name for name in env.get(SECRETS_VARIABLE, "").split(",") if name and not env.get(name)]
    if missing:
        message = (
            f"{', '.join(missing)} not set on this node of the cluster, and set where the run was started; secrets "
            "are not sent through Ray: set them in the environment in which each node runs `ray start`"
        )
        raise SettingsError(message)


def variables_for_steps(home: Path, environment: Mapping[str, str] | None = None) -> list[str]:
    """What a step on another node needs: ``NAME`` (its value is looked up at launch) or ``NAME=value``.

    Args:
        home: absolute, the same path on every node.
        environment: variables to read instead of the process's own (tests).
    """
    env = os.environ if environment is None else environment
    settings = [name for name in env if name.startswith("STAYWORTH_") and "__" in name and name not in _SECRETS]
    needed = [name for name in _SECRETS if env.get(name)]
    file = env.get("STAYWORTH_SETTINGS")
    return [
        f"STAYWORTH_HOME={home}",
        *([f"STAYWORTH_SETTINGS={expanded(file).absolute()}"] if file else []),
        *([f"{SECRETS_VARIABLE}={','.join(needed)}"] if needed else []),
        *sorted([*settings, *_PLAIN]),
    ]


def join_ray() -> int:
    """Connect this process to the Ray cluster of ``RAY_ADDRESS``, or to the one of this machine; once is enough.

    A step that is itself a job of the cluster finds its address in that variable.

    Returns:
        How many CPUs the nodes have that are there now, at least 1.

    Raises:
        SettingsError: Ray is not installed, or there is no cluster.
    """
    if find_spec("ray") is None:
        message = "models.workers_on = 'ray' needs Ray; install it: pip install 'stayworth[ray]'"
        raise SettingsError(message)
    import ray  # pyright: ignore[reportMissingImports]
    from ray.util.joblib import register_ray  # pyright: ignore[reportMissingImports]

    register_ray()
    if not ray.is_initialized():
        try:
            ray.init(address="auto", log_to_driver=False)
        except ConnectionError as error:
            message = (
                "models.workers_on = 'ray' and no cluster was found; start one (ray start --head) or set RAY_ADDRESS"
            )
            raise SettingsError(message) from error
    return max(1, int(ray.cluster_resources().get("CPU", 1)))
