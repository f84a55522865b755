"""Failure alerts by webhook and e-mail: runs, tables, days and checks that failed, never a value of a row."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import dagster as dg

from assets.common.delivery import SOURCE_CHECKS
from pipelines.operations import OperationsSettings, operations_of
from resources.alert_channels import AlertError, Mailbox, Webhook
from resources.errors import told
from resources.secret_keys import SecretText, load_secret_text
from resources.settings import Settings

RUN_FAILED, CHECK_FAILED = "alert_on_failed_runs", "alert_on_failed_checks"
WEBHOOK_VARIABLE, PASSWORD_VARIABLE = "STAYWORTH_ALERT_WEBHOOK", "STAYWORTH_SMTP_PASSWORD"
_MOST_DAYS, _MOST_PROBLEMS = 10, 20
_DAY_TAGS = ("dagster/partition", "dagster/asset_partition_range_start", "dagster/asset_partition_range_end")


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing that went wrong: the table, the days (ISO), and why in words that hold no value of any row."""

    asset: str
    days: tuple[str, ...]
    reason: str


@dataclass(frozen=True, kw_only=True)
class Alert:
    """What a run broke."""

    run_id: str
    job: str
    is_failed: bool
    days: tuple[str, ...]
    problems: tuple[Problem, ...]

    @property
    def subject(self) -> str:
        """One line."""
        what = "failed" if self.is_failed else "has failed checks"
        return f"Stayworth: run {self.run_id[:8]} of {self.job} {what}"

    @property
    def text(self) -> str:
        """The message for people."""
        lines = [self.subject, f"Days of the run: {' to '.join(self.days) or 'none'}"]
        for item in self.problems[:_MOST_PROBLEMS]:
            days = f" ({', '.join(item.days[:_MOST_DAYS])})" if item.days else ""
            lines.append(f"- {item.asset}{days}: {item.reason}")
        if len(self.problems) > _MOST_PROBLEMS:
            lines.append(f"and {len(self.problems) - _MOST_PROBLEMS} more")
        return "\n".join([*lines, "What to do: docs/reference/checks.md, and the run in the Dagster UI."])

    def payload(self) -> dict[str, Any]:
        """What the webhook gets."""
        problems = [
            {"asset": item.asset, "days": list(item.days[:_MOST_DAYS]), "reason": item.reason}
            for item in self.problems[:_MOST_PROBLEMS]
        ]
        return {
            "text": self.text, "run_id": self.run_id, "job": self.job, "is_failed": self.is_failed,
            "days": list(self.days), "problems": problems,
        }  # fmt: skip


def alert_of(instance: dg.DagsterInstance, run: dg.DagsterRun, *, with_warnings: bool = False) -> Alert | None:
    """The alert of a finished run; None when it succeeded and no check failed.

    An error is told by its class, never by its message: messages may quote a row.

    Args:
        instance: holds the run's events.
        run: finished.
        with_warnings: also tell checks that only warn.
    """
    kinds = {dg.DagsterEventType.STEP_FAILURE, dg.DagsterEventType.ASSET_CHECK_EVALUATION}
    known_problems: dict[tuple[str, str], Problem] = {}
    for entry in instance.all_logs(run.run_id, of_type=kinds):
        problem = _problem(entry.dagster_event, with_warnings=with_warnings)
        if problem is not None:
            known = known_problems.get((problem.asset, problem.reason))
            days = (*(known.days if known else ()), *problem.days)
            known_problems[problem.asset, problem.reason] = Problem(
                asset=problem.asset, days=tuple(sorted(set(days))), reason=problem.reason
            )
    is_failed = run.status == dg.DagsterRunStatus.FAILURE
    if not known_problems and not is_failed:
        return None
    problems = tuple(known_problems.values()) or (
        Problem(asset="-", days=(), reason="the run ended without a failed step"),
    )
    days = tuple(dict.fromkeys(run.tags[name] for name in _DAY_TAGS if name in run.tags))
    return Alert(run_id=run.run_id, job=run.job_name, is_failed=is_failed, days=days, problems=problems)


def _problem(event: dg.DagsterEvent | None, *, with_warnings: bool) -> Problem | None:
    if event is None:
        return None
    if event.event_type == dg.DagsterEventType.STEP_FAILURE:
        error = event.step_failure_data.error
        while error is not None and error.cause is not None:
            error = error.cause
        name = error.cls_name if error else None
        return Problem(asset=event.step_key or "-", days=(), reason=f"the step failed: {name or 'unknown error'}")
    evaluation = event.asset_check_evaluation_data
    if evaluation.passed or (evaluation.severity == dg.AssetCheckSeverity.WARN and not with_warnings):
        return None
    stated = evaluation.metadata.get("failed_days")
    days = tuple(map(str, stated.value)) if stated is not None and isinstance(stated.value, list) else ()
    if evaluation.partition:
        days = (str(evaluation.partition),)
    rows = evaluation.metadata.get("rows")
    count = f", {rows.value} rows" if rows is not None else ""
    if evaluation.check_name in SOURCE_CHECKS:  # reasons name files and settings, never a value of a row
        count = _reasons(evaluation.metadata.get("reasons"), evaluation.partition)
    what = "warns" if evaluation.severity == dg.AssetCheckSeverity.WARN else "failed"
    return Problem(
        asset=evaluation.asset_key.to_user_string(), days=days, reason=f"check {evaluation.check_name} {what}{count}"
    )


def _reasons(stated: dg.MetadataValue | None, day: str | None) -> str:
    """Why the source could not be read, of one day or all."""
    told = stated.value if stated is not None else {}
    reasons = {name: str(reason) for name, reason in told.items()} if isinstance(told, dict) else {}
    shown = [reasons[day]] if day in reasons else [f"{name}: {reason}" for name, reason in reasons.items()]
    return f": {'; '.join(shown[:_MOST_DAYS])}" if shown else ""


@dataclass(frozen=True)
class Channels:
    """Where alerts go; none at all is allowed, they are then in Dagster's log only."""

    webhook: Webhook | None
    mailbox: Mailbox | None

    @classmethod
    def of(cls, settings: Settings, environment: Mapping[str, str] | None = None) -> "Channels":
        """The channels that settings and environment describe."""
        chosen = operations_of(settings)
        url = load_secret_text(WEBHOOK_VARIABLE, environment)
        webhook = Webhook(url=url, timeout_seconds=chosen.alert_timeout_seconds) if url else None
        mailbox = None
        if chosen.mail_to:
            mailbox = Mailbox(
                to=chosen.mail_to, sender=chosen.mail_from, host=chosen.smtp_host, port=chosen.smtp_port,
                starttls=chosen.smtp_starttls, user=chosen.smtp_user,
                password=load_secret_text(PASSWORD_VARIABLE, environment) or SecretText(""),
                timeout_seconds=chosen.alert_timeout_seconds,
            )  # fmt: skip
        return cls(webhook, mailbox)

    def send(self, alert: Alert) -> list[str]:
        """Send to every channel; the error of one does not keep the other from being tried.

        Returns:
            Names of the channels that took it.

        Raises:
            AlertError: a channel did not take it.
        """
        ways: dict[str, Callable[[], None]] = {}
        if self.webhook is not None:
            ways["webhook"] = partial(self.webhook.send, alert.payload())
        if self.mailbox is not None:
            ways["e-mail"] = partial(self.mailbox.send, alert.subject, alert.text)
        taken, errors = [], []
        for name, send in ways.items():
            try:
                send()
            except AlertError as error:
                errors.append(told(error))
            else:
                taken.append(name)
        if errors:
            raise AlertError("; ".join(errors))
        return taken


def build_alerts(settings: Settings, chosen: OperationsSettings) -> list[dg.SensorDefinition]:
    """The two sensors: one over runs that failed, one over runs that succeeded with failed checks."""
    status = dg.DefaultSensorStatus.RUNNING if chosen.automatic else dg.DefaultSensorStatus.STOPPED

    def tell(context: dg.RunStatusSensorContext) -> None:
        alert = alert_of(context.instance, context.dagster_run, with_warnings=chosen.alert_on_warnings)
        if alert is not None:
            taken = Channels.of(settings).send(alert)
            context.log.info(f"{alert.subject}: told by {', '.join(taken) or 'nothing, no channel is set'}")

    @dg.run_failure_sensor(
        name=RUN_FAILED, default_status=status, description="Tells by webhook and e-mail which run failed, and why."
    )
    def alert_on_failed_runs(context: dg.RunFailureSensorContext) -> None:
        tell(context)

    @dg.run_status_sensor(
        name=CHECK_FAILED,
        run_status=dg.DagsterRunStatus.SUCCESS,
        default_status=status,
        description="Tells which checks failed in runs that went through all the same.",
    )
    def alert_on_failed_checks(context: dg.RunStatusSensorContext) -> None:
        tell(context)

    return [alert_on_failed_runs, alert_on_failed_checks]
