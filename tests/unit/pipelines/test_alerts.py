"""Alerts reach a webhook and a mail server on this machine, and hold no value of any row."""

import json
import socketserver
from collections.abc import Iterator
from http.server import HTTPServer
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipelines.alerts import PASSWORD_VARIABLE, WEBHOOK_VARIABLE, Channels, alert_of, build_alerts
from pipelines.operations import OperationsSettings
from resources import alert_channels
from resources.alert_channels import AlertError
from resources.settings import Settings
from tests.webhooks import serving, webhook

SECRET_ROW = "reservation:4711 of anna@example.org"
PARTITIONS = dg.StaticPartitionsDefinition(["2024-01-05"])


class _Post(socketserver.StreamRequestHandler):
    """Just enough of a mail server to take one message."""

    def handle(self) -> None:
        self._say("220 test")
        while line := self.rfile.readline().decode().strip():
            word = line.split(":")[0].split()[0].upper()
            if word == "DATA":
                self._say("354 go on")
                lines: list[str] = []
                while (text := self.rfile.readline().decode().rstrip("\r\n")) != ".":
                    lines.append(text)
                self.server.got.append("\n".join(lines))  # type: ignore[attr-defined]
            self._say("221 bye" if word == "QUIT" else "250 fine") if word != "DATA" else self._say("250 taken")

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@pytest.fixture
def hook() -> Iterator[HTTPServer]:
    with webhook() as server:
        yield server


@pytest.fixture
def post() -> Iterator[socketserver.TCPServer]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Post) as server:
        server.got = []  # type: ignore[attr-defined]
        with serving(server):
            yield server


def finished_run(instance: dg.DagsterInstance, *, raises: bool, severity: dg.AssetCheckSeverity) -> dg.DagsterRun:
    """A run of one table whose check fails and whose step may."""

    @dg.asset(partitions_def=PARTITIONS, check_specs=[dg.AssetCheckSpec("k_holds", asset="bookings")])
    def bookings() -> Iterator[Any]:
        yield dg.AssetCheckResult(
            passed=False,
            severity=severity,
            metadata={"rows": 3, "failed_days": ["2024-01-05"], "examples": [{"row_id": SECRET_ROW}]},
        )
        if raises:
            raise ValueError(SECRET_ROW)
        yield dg.MaterializeResult()

    result = dg.materialize([bookings], partition_key="2024-01-05", instance=instance, raise_on_error=False)
    return result.dagster_run if result.success else instance.get_run_by_id(result.run_id)  # type: ignore[return-value]


def test_alert_names_run_table_day_and_reason_and_quotes_no_row() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        run = finished_run(instance, raises=True, severity=dg.AssetCheckSeverity.ERROR)
        alert = alert_of(instance, run)
    assert alert is not None
    assert alert.is_failed
    assert alert.run_id == run.run_id
    assert alert.days == ("2024-01-05",)
    reasons = {(item.asset, item.days, item.reason) for item in alert.problems}
    assert reasons == {
        ("bookings", ("2024-01-05",), "check k_holds failed, 3 rows"),
        ("bookings", (), "the step failed: ValueError"),
    }
    told = json.dumps(alert.payload()) + alert.subject
    assert "4711" not in told
    assert "anna" not in told


def test_warnings_are_told_only_when_asked_for() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        run = finished_run(instance, raises=False, severity=dg.AssetCheckSeverity.WARN)
        assert alert_of(instance, run) is None
        alert = alert_of(instance, run, with_warnings=True)
    assert alert is not None
    assert not alert.is_failed
    assert alert.problems[0].reason == "check k_holds warns, 3 rows"


def channels_to(hook: HTTPServer | None, post: Any, home: Path) -> Channels:
    environment = {WEBHOOK_VARIABLE: f"http://127.0.0.1:{hook.server_address[1]}/s3cret"} if hook else {}
    section = {"mail_to": "duty@example.org,boss@example.org", "smtp_host": "127.0.0.1"}
    section |= {"smtp_port": post.server_address[1]} if post else {}
    sections = {"operations": section if post else {}}
    return Channels.of(Settings(home=home, sections=sections), {**environment, PASSWORD_VARIABLE: "s3cret"})


def test_alert_arrives_at_webhook_and_mail_server(hook: HTTPServer, post: Any, tmp_path: Path) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        run = finished_run(instance, raises=True, severity=dg.AssetCheckSeverity.ERROR)
        alert = alert_of(instance, run)
    assert alert is not None
    channels = channels_to(hook, post, tmp_path)
    assert "s3cret" not in repr(channels)
    assert channels.send(alert) == ["webhook", "e-mail"]
    assert hook.got == [alert.payload()]  # type: ignore[attr-defined]
    assert f"Subject: {alert.subject}" in post.got[0]
    assert "To: duty@example.org, boss@example.org" in post.got[0]
    assert "k_holds failed" in post.got[0]


def test_a_channel_that_is_down_is_tried_again_and_keeps_no_other_from_being_told(
    hook: HTTPServer, post: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alert_channels.time, "sleep", lambda _seconds: None)
    with dg.DagsterInstance.ephemeral() as instance:
        alert = alert_of(instance, finished_run(instance, raises=True, severity=dg.AssetCheckSeverity.ERROR))
    assert alert is not None
    hook.answers += [500, 503]  # type: ignore[attr-defined]
    assert channels_to(hook, None, tmp_path).send(alert) == ["webhook"]
    assert len(hook.got) == 3  # type: ignore[attr-defined]
    hook.answers += [500] * 3  # type: ignore[attr-defined]
    with pytest.raises(AlertError, match=r"webhook .* after 3 attempts \(500\)") as told:
        channels_to(hook, post, tmp_path).send(alert)
    assert "s3cret" not in str(told.value)
    assert len(post.got) == 1


def test_the_sensor_sends_the_alert_of_a_failed_run(
    hook: HTTPServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(WEBHOOK_VARIABLE, f"http://127.0.0.1:{hook.server_address[1]}/")
    failed, checks = build_alerts(Settings(home=tmp_path), OperationsSettings(automatic=True))
    assert failed.default_status == checks.default_status == dg.DefaultSensorStatus.RUNNING
    with dg.DagsterInstance.ephemeral() as instance:
        run = finished_run(instance, raises=True, severity=dg.AssetCheckSeverity.ERROR)
        event = instance.all_logs(run.run_id, of_type=dg.DagsterEventType.RUN_FAILURE)[0].dagster_event
        context = dg.build_run_status_sensor_context(
            sensor_name=failed.name,
            dagster_event=event,
            dagster_instance=instance,
            dagster_run=run,  # type: ignore[arg-type]
        ).for_run_failure()
        failed(context)
    assert hook.got[0]["run_id"] == run.run_id  # type: ignore[attr-defined]
