"""The settings of a command: those of file and environment, and in their place what its options say."""

import os

from pipelines.executors import is_spread
from pipelines.homes import enter_home
from pipelines.terminal.speaking import say
from pipelines.workspace import check_settings
from resources.settings import Given, Settings, load_settings, variables_of


def settings_of(given: Given) -> Settings:
    """Settings of this call.

    Args:
        given: section -> name -> value, from the command's options.

    Raises:
        SettingsError: a value is refused or a name unknown.
    """
    settings = load_settings(given=given)
    check_settings(settings)
    if is_spread(settings):
        hand_to_processes(given)
    return settings


def enter(given: Given) -> Settings:
    """Settings of this call, with the home swapped to their world where it held another one.

    Args:
        given: as in :func:`settings_of`.
    """
    settings = settings_of(given)
    if moved := enter_home(settings):
        aside = settings.home / "worlds" / moved
        say(f"{settings.home} held another world: it lies in {aside} and comes back when its settings are used again")
    return settings


def hand_to_processes(given: Given) -> None:
    """Let processes that this one starts, and that load the code location themselves, see what it was given.

    Args:
        given: as in :func:`settings_of`.
    """
    os.environ.update(variables_of(given))
