"""Lines for the person at the terminal."""

import logging
import warnings

from assets.common.workspace import StepProgress

_TALKATIVE = ("great_expectations", "sentence_transformers", "transformers", "alembic", "matplotlib")


def say(text: str = "") -> None:
    """One line for the person at the terminal."""
    print(text, flush=True)  # noqa: T201


def show_progress(step: StepProgress) -> None:
    """One line per finished asset: days, rows, seconds, checks."""
    days = f"{step.days:>5} days" if step.days is not None else " " * 10
    checks = f"{step.checks - step.checks_failed}/{step.checks} checks" if step.checks else ""
    warned = [f"{step.warnings} warning{'s' if step.warnings > 1 else ''}"] if step.warnings else []
    extras = warned + ([step.note] if step.note else [])
    extras += [f"{step.pending_days} pending"] if step.pending_days else []
    extras += [f"{step.failed_days} FAILED"] if step.failed_days else []
    say(f"  {step.asset:<24}{days}{step.rows:>10,} rows{step.seconds:>8.1f} s  {checks:<14}{', '.join(extras)}")


def quiet() -> None:
    """Progress lines only: no debug log of the orchestrator, no warnings of libraries about themselves."""
    warnings.simplefilter("ignore")
    logging.getLogger("dagster").setLevel(logging.CRITICAL)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.ERROR)
