"""Deprecated calls of our own fail a test; what libraries call among themselves does not."""

import warnings

import pytest


def raised_in(module: str, category: type[Warning]) -> None:
    """A warning as it is raised when code of a module calls what is deprecated."""
    warnings.warn_explicit("use the other one", category, "file.py", 1, module=module, registry={})


@pytest.mark.parametrize("category", [DeprecationWarning, PendingDeprecationWarning])
@pytest.mark.parametrize("module", ["assets.raw.assets", "pipelines.cli", "resources.lake", "tests.unit.test_x"])
def test_our_own_deprecated_calls_fail(module: str, category: type[Warning]) -> None:
    with pytest.raises(category, match="use the other one"):
        raised_in(module, category)


@pytest.mark.parametrize("category", [DeprecationWarning, PendingDeprecationWarning])
@pytest.mark.parametrize("module", ["dagster.core", "resources_of_others.x", "numpy"])
def test_those_of_libraries_pass(module: str, category: type[Warning]) -> None:
    raised_in(module, category)
