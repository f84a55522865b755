"""Where steps run, by one setting: in this process, or over a Ray cluster through dagster-ray's executor."""

from importlib.util import find_spec

import dagster as dg

from resources.cluster import refuse_without_cluster, refuse_without_secrets, variables_for_steps
from resources.errors import SettingsError
from resources.settings import Settings, load_settings

IN_PROCESS = "in_process"
# With a number of CPUs Ray places a step on any node; without one, on the head node only.
_CPUS_PER_STEP = 1.0
# A step whose node died is launched again. Steps promote whole days, so a second attempt repeats nothing half.
_RETRIES = 3


def is_spread(settings: Settings) -> bool:
    """Whether steps run in processes of their own, on any machine of a cluster."""
    return settings.core.executor != IN_PROCESS


def build_executor(settings: Settings) -> dg.ExecutorDefinition:
    """The executor that ``core.executor`` asks for.

    Raises:
        SettingsError: the extra ``ray`` is not installed, no cluster is named, or this node lacks a secret.
    """
    if not is_spread(settings):
        return dg.in_process_executor
    if any(find_spec(name) is None for name in ("ray", "dagster_ray", "aiohttp")):
        message = "core.executor = 'ray' needs dagster-ray and Ray; install them: pip install 'stayworth[ray]'"
        raise SettingsError(message)
    address = settings.core.ray_address
    refuse_without_cluster(address)
    refuse_without_secrets()
    from dagster_ray import ray_executor  # pyright: ignore[reportMissingImports]

    ray = {
        **({"address": address} if address else {}),
        "num_cpus": _CPUS_PER_STEP,
        "env_vars": variables_for_steps(settings.home),
    }
    return ray_executor.configured({"ray": ray, "retries": {"enabled": {}}}, name="ray")


def build_retries(settings: Settings) -> dg.RetryPolicy | None:
    """How often a step is launched again; None in one process, where whoever would do so ended with the step."""
    return dg.RetryPolicy(max_retries=_RETRIES) if is_spread(settings) else None


def refuse_other_settings(settings: Settings) -> None:
    """Raise where steps in other processes would read other settings than those of this one.

    Raises:
        SettingsError: the settings were made by hand; steps read the environment.
    """
    if load_settings() != settings:
        message = (
            f"core.executor = {settings.core.executor!r}: steps read their settings from the environment, which "
            "differ from those of this run; give them as STAYWORTH_... variables or in the file of STAYWORTH_SETTINGS"
        )
        raise SettingsError(message)
