"""Settings of the daily operation (section ``operations``): when things run, what counts as late, who is told.

Where alerts go is partly secret: the webhook's address is ``STAYWORTH_ALERT_WEBHOOK``, the mail server's password
``STAYWORTH_SMTP_PASSWORD``; both are read from the environment only.
"""

import re
from dataclasses import dataclass

from pipelines.web.addresses import parse_allowed
from resources.dagster_private import is_valid_cron_string
from resources.settings import CoreSettings, Settings, refuse, setting

SECTION = "operations"
_MAIL = re.compile(r"[^@\s]+@[^@\s]+")
_CRONS = ("retrain_cron", "refit_cron", "late_cron")
_HIGHEST_PORT = 65_535


@dataclass(frozen=True, kw_only=True)
class OperationsSettings:
    """When the daily work is done, what is watched, and how people are told."""

    automatic: bool = setting(
        False, "True: schedule, sensors and alerts are on as soon as the daemon runs; else switch them on"
    )
    morning_hour: int = setting(
        5, "local hour of the daily run; with a later day_cutoff_hour half an hour after the cut-off", allowed="0 to 23"
    )
    late_cron: str = setting(
        "0 9 * * *",
        "local time by which yesterday must be there, else the UI shows it as late",
        allowed="five fields, for example 0 7 * * 1",
    )
    refit_cron: str = setting(
        "30 6 * * *",
        "fits the records that are due and missing; does nothing on most days",
        allowed="five fields, for example 0 7 * * 1",
    )
    retrain_cron: str = setting(
        "0 7 * * 1",
        "models, scores' basis and report once a week: targets look 180 days ahead",
        allowed="five fields, for example 0 7 * * 1",
    )
    watch_seconds: int = setting(
        300, "between two looks at the deliveries; a late file waits no longer than this", allowed="1 or more"
    )
    watch_days: int = setting(
        180,
        "how far back late, corrected and pending days are looked for; look-backs end at 121 days",
        allowed="1 or more",
    )
    alert_on_warnings: bool = setting(False, "True: checks that only warn are told too")
    allowed_hosts: tuple[str, ...] = setting(
        (),
        "names under which the UI is called besides localhost and --host, say ui.example.com or ui.example.com:8443",
        allowed="names or addresses with or without a port, no wildcards",
    )
    mail_to: tuple[str, ...] = setting((), "who gets alerts by e-mail; empty: nobody", allowed="an e-mail address")
    mail_from: str = setting("stayworth@localhost", "sender of the e-mails", allowed="an e-mail address")
    smtp_host: str = setting("localhost", "mail server")
    smtp_port: int = setting(25, "587 with smtp_starttls at most providers", allowed="1 to 65535")
    smtp_starttls: bool = setting(False, "encrypt the connection before anything is said")
    smtp_user: str | None = setting(None, "None: no login")
    alert_timeout_seconds: float = setting(10.0, "per attempt; three attempts", allowed="above 0")

    def __post_init__(self) -> None:
        if not 0 <= self.morning_hour < 24:
            raise refuse(SECTION, "morning_hour", self.morning_hour, "0 to 23")
        for name in _CRONS:
            if not is_valid_cron_string(getattr(self, name)):
                raise refuse(SECTION, name, getattr(self, name), "five fields, for example 0 7 * * 1")
        if self.watch_seconds < 1:
            raise refuse(SECTION, "watch_seconds", self.watch_seconds, "1 or more")
        if self.watch_days < 1:
            raise refuse(SECTION, "watch_days", self.watch_days, "1 or more")
        if not 0 < self.smtp_port <= _HIGHEST_PORT:
            raise refuse(SECTION, "smtp_port", self.smtp_port, f"1 to {_HIGHEST_PORT}")
        if not self.alert_timeout_seconds > 0:
            raise refuse(SECTION, "alert_timeout_seconds", self.alert_timeout_seconds, "above 0")
        self._refuse_odd_addresses()

    def _refuse_odd_addresses(self) -> None:
        for host in self.allowed_hosts:
            if parse_allowed(host) is None:
                raise refuse(SECTION, "allowed_hosts", host, "names or addresses with or without a port, no wildcards")
        for name, address in (("mail_from", self.mail_from), *(("mail_to", item) for item in self.mail_to)):
            if not _MAIL.fullmatch(address):
                raise refuse(SECTION, name, address, "an e-mail address")

    def morning(self, core: CoreSettings) -> tuple[int, int]:
        """Local hour and minute of the daily run: never before the business day has ended."""
        if core.day_cutoff_hour < self.morning_hour:
            return self.morning_hour, 0
        return core.day_cutoff_hour, 30


def operations_of(settings: Settings) -> OperationsSettings:
    """The section as its dataclass."""
    return settings.room(SECTION, OperationsSettings)
