"""The command line: every command leads to its function, and loads no more than it needs."""

import argparse
import subprocess
import sys

from pipelines import cli


def test_every_command_has_its_function() -> None:
    actions = cli._parser()._actions
    (commands,) = [action.choices for action in actions if isinstance(action, argparse._SubParsersAction)]
    assert set(commands) == set(cli._HANDLERS)
    assert all(callable(cli._handler(name)) for name in commands)


def test_a_look_at_the_budget_does_not_load_the_models_libraries() -> None:
    code = (
        "import sys; from pipelines.cli import _handler; _handler('budget');"
        "print(*{'torch', 'sklearn', 'lightgbm', 'great_expectations'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
