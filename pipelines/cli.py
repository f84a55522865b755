"""The command line: what ``make`` calls. Prints progress for a person; errors are one clear paragraph."""

import argparse
import importlib
import logging
import os
import sys
import warnings
from collections.abc import Callable, Sequence
from datetime import date
from importlib.metadata import version

from resources.errors import PipelineError

_EPILOG = (
    "Settings: STAYWORTH_HOME, STAYWORTH_SETTINGS (a TOML file), STAYWORTH_<SECTION>__<NAME>; see docs/operations.md."
)
_FILE_SHARES = {
    "late": "come up to four days late",
    "missing": "never come",
    "repeated": "come again as they were",
    "corrected": "come incomplete and later whole",
}
_STDIN = "read identifiers from standard input, one a line: `email: x`, `guest-key: x`, `row-id: x`"
_ONLY_NAMED = "take only rows that carry what is given, not what else belongs to the guest"
_ONE_PERSON = "you have made sure that several addresses, names or keys are one person's"
_ERASE = (
    "Remove a guest from everything that is stored, and prove it by a search of all files. Shows what it would take "
    "(whom, rows by table, how they were found; identifiers masked) and asks first. Refuses where what was found is "
    "more than one person by some reading. Ends with 0 when the guest is gone, 1 when nothing was erased or something "
    "is left."
)
_RETAIN = (
    "Delete the rows of raw_bookings, raw_reviews and quarantine of all days that are older than "
    "core.raw_retention_days, counted back from the last stored day, for good; their records of inputs stay. What was "
    "made of them stays and is frozen: these days can't be made again. Refuses where the setting is missing, or such a "
    "day is pending. Asks nothing: it is meant to run daily."
)
_SETTLE = (
    "Re-run the daily stages from the first pending or failed day to the last, until nothing is pending or nothing "
    "changes any more (ten times at most). Days between whose inputs did not change are left as they are; days that "
    "are made again take the place of what was stored. Nothing else is deleted."
)

_HANDLERS = {  # module:function
    "run": "pipelines.commands:run",
    "evaluate": "pipelines.commands:run",
    "backfill": "pipelines.commands:backfill",
    "settle": "pipelines.commands:settle",
    "status": "pipelines.standing:status",
    "quarantine": "pipelines.commands:quarantine",
    "score": "pipelines.scores:score",
    "models": "pipelines.scores:models",
    "price-of-privacy": "pipelines.commands:price_of_privacy",
    "ceilings": "pipelines.ceilings:ceilings",
    "fine-tune": "pipelines.fine_tuning:fine_tune",
    "budget": "pipelines.commands:budget",
    "demo-stats": "pipelines.commands:demo_stats",
    "load-sql": "pipelines.loading:load_sql",
    "demo-deliveries": "pipelines.delivering:demo_deliveries",
    "erase": "pipelines.guests.commands:erase",
    "subject-access": "pipelines.guests.commands:subject_access",
    "retain": "pipelines.guests.commands:retain",
    "ui": "pipelines.web.commands:ui",
    "webserver": "pipelines.web.commands:webserver",
    "daemon": "pipelines.web.commands:daemon",
    "screenshots": "pipelines.commands:screenshots",
    "catalogue": "pipelines.commands:catalogue",
}


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        message = f"{text!r} is not a day; write it as YYYY-MM-DD"
        raise argparse.ArgumentTypeError(message) from error


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        message = f"{text!r} is not a number from 1 on"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="stayworth", description="What guests are worth, and why.", epilog=_EPILOG)
    parser.add_argument("--version", action="version", version=f"stayworth {version('stayworth')}")
    commands = parser.add_subparsers(dest="command")

    def command(name: str, text: str, *, days: bool = False) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text, description=text)
        made.add_argument("--source", help="demo, public, sql or deliveries (STAYWORTH_CORE__SOURCE)")
        made.add_argument("--data", help="folder with the publishers' files (STAYWORTH_CORE__DATA)")
        if days:
            made.add_argument("--from", dest="first", type=_day, help="first business day (default: start of history)")
            made.add_argument("--to", dest="last", type=_day, help="last business day (default: last known day)")
        return made

    run = command("run", "the whole chain: daily stages, models, scores, report", days=True)
    run.add_argument("--profile", choices=("quick", "full"), help="how much the report computes")
    evaluate = command("evaluate", "as run, with the full report", days=True)
    evaluate.add_argument("--everything", action="store_true", help="ten repeats of all models, and every study: hours")
    backfill = command("backfill", "the daily stages of any range of days", days=True)
    backfill.add_argument("--runs", type=int, default=1, help="cut the range into so many runs (default 1)")
    backfill.add_argument("--at-once", type=_count, default=1, help="runs beside each other (default 1)")
    settle = command("settle", "re-run pending days until nothing is pending")
    settle.description = _SETTLE
    command("status", "what is stored by table: days, rows, pending, failed; what is not in order, and why")
    quarantine = command("quarantine", "look up quarantined rows: file, row, column, reason, raw text", days=True)
    quarantine.add_argument("--limit", type=int, default=20, help="rows to show")
    score = command("score", "look up one customer: value, interval, segment, main reasons, model, as-of day")
    score.add_argument("customer", help="pseudo_customer_id, 32 hexadecimal digits")
    score.add_argument("--as-of", type=_day, help="the last scored day up to this one (default: the last scored day)")
    models = command("models", "every training run: settings, inputs, metrics, promotion; or two side by side")
    models.add_argument("--compare", nargs=2, metavar="RUN", help="numbers or ids of two runs")
    command("price-of-privacy", "publish the stored history under other k, batches, epsilons; report the price")
    command("ceilings", "how near the models come to what can be known: simulated worlds, hours; demo only")
    tune = command("fine-tune", "train the gated fusion end to end with its text encoder, beside the frozen one")
    tune.add_argument("--anchored", action="store_true", help="forecast a factor on the past instead of the value")
    tune.add_argument("--tier", help="encoder: minilm or roberta (default: embeddings.tier)")
    tune.add_argument("--model", help="tier roberta: a folder or cached name (default: embeddings.model)")
    tune.add_argument("--profile", choices=("quick", "full"), help="settings of the network above the encoder")
    command("budget", "the privacy budget: spent, left, per release")
    stats = command("demo-stats", "compare the demo world with the public data (writes docs/demo.md)")
    stats.add_argument("--public", required=True, help="folder with the published files")
    stats.add_argument("--out", default="docs/demo.md", help="page to write")
    load = command("load-sql", "fill the database of source sql from another source, day by day", days=True)
    load.add_argument("--from-source", choices=("demo", "public"), default="demo", help="where rows come from")
    deliveries = command("demo-deliveries", "the demo group's rows as files that arrive day by day", days=True)
    deliveries.add_argument("--folder", required=True, help="the inbox to fill")
    deliveries.add_argument("--until", type=_day, help="what has arrived by this day's morning (default: all)")
    for name, what in _FILE_SHARES.items():
        deliveries.add_argument(f"--{name}", type=float, default=0.0, help=f"share of files that {what} (default 0)")
    erase = command("erase", "remove a guest from everything that is stored, and prove it by a search of all files")
    access = command("subject-access", "export everything that is held about a guest")
    for made in (erase, access):
        made.add_argument("--email", help="e-mail address of the guest; - reads it from standard input")
        made.add_argument(
            "--guest-key", help="the source's key of the guest: no row of another key is taken; - as above"
        )
        made.add_argument(
            "--row-id", action="append", help="row id of a booking or review; may be repeated; - as above"
        )
        made.add_argument("--stdin", action="store_true", help=_STDIN)
        made.add_argument("--only-named", action="store_true", help=_ONLY_NAMED)
        made.add_argument("--one-person", action="store_true", help=_ONE_PERSON)
    erase.description = _ERASE
    erase.add_argument("--preview", action="store_true", help="only show what would be taken; changes nothing")
    erase.add_argument("--yes", action="store_true", help="do it without asking")
    erase.add_argument("--reason", default="", help="for the access log, without the identifier")
    access.add_argument("--to", required=True, help="new folder for the copy")
    retain = command("retain", "delete raw rows that are older than core.raw_retention_days")
    retain.description = _RETAIN
    for name, what in (
        ("ui", "serve the Dagster UI and run its daemon, on localhost unless told otherwise"),
        ("webserver", "serve the Dagster UI alone, as a service"),
    ):
        served = command(name, what)
        served.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
        served.add_argument("--port", type=int, default=3000, help="port to listen on (default 3000; 0: a free one)")
    served = command("daemon", "run schedules, sensors and queued runs, as a service beside the webserver")
    served.add_argument("--workspace", help="workspace file (default: one that names this code location)")
    served.add_argument("--log-level", default="info", choices=("critical", "error", "warning", "info", "debug"))
    pictures = command("screenshots", "pictures of the UI over what this home holds, for the docs")
    pictures.add_argument("--out", default="docs/pictures", help="folder to write")
    command("catalogue", "write the generated pages of docs: table of assets, data dictionary")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit status (0 done, 1 a run failed, 2 wrong settings or input)."""
    options = _parser().parse_args(arguments)
    if options.command is None:
        _parser().print_help()
        return 0
    _quiet()
    if options.source:
        os.environ["STAYWORTH_CORE__SOURCE"] = options.source
    if options.data:
        os.environ["STAYWORTH_CORE__DATA"] = options.data
        os.environ.setdefault("STAYWORTH_CORE__SOURCE", "public")
    if options.command == "evaluate" or getattr(options, "profile", None) == "full":
        os.environ["STAYWORTH_CORE__PROFILE"] = "full"
    if getattr(options, "everything", False):
        os.environ["STAYWORTH_MODELS__OTHER_REPEATS"] = "10"
    try:
        return _handler(options.command)(options)
    except PipelineError as error:
        print(f"stayworth {options.command}: {error}", file=sys.stderr)  # noqa: T201
        return 2


def _handler(command: str) -> Callable[[argparse.Namespace], int]:
    """The function of a command; only its own module is loaded, since the models' libraries take seconds."""
    module, name = _HANDLERS[command].split(":")
    return getattr(importlib.import_module(module), name)


def _quiet() -> None:
    """Progress lines only: no debug log of the orchestrator, no warnings of libraries about themselves."""
    warnings.simplefilter("ignore")
    logging.getLogger("dagster").setLevel(logging.CRITICAL)
    for name in ("great_expectations", "sentence_transformers", "transformers", "alembic", "matplotlib"):
        logging.getLogger(name).setLevel(logging.ERROR)


if __name__ == "__main__":
    sys.exit(main())
