"""How alerts leave the house: a webhook (JSON by POST) and e-mail (SMTP). Three attempts each, then an error."""

import json
import smtplib
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from resources.errors import PipelineError
from resources.secret_keys import SecretText

ATTEMPTS = 3
_FIRST_WAIT_SECONDS = 1.0


class AlertError(PipelineError):
    """An alert could not be delivered."""


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """Where alerts are posted: any address that takes JSON (a chat's incoming webhook, an incident service).

    The address is a secret, since whoever knows it can post there.
    """

    url: SecretText
    timeout_seconds: float

    def send(self, payload: Mapping[str, Any]) -> None:
        """Post the payload; ``text`` in it is what chats show.

        Raises:
            AlertError: it was not taken.
        """
        body = json.dumps(payload).encode()
        headers = {"Content-Type": "application/json"}

        def post() -> None:
            if not self.url.text.startswith(("http://", "https://")):
                message = "the address begins with neither http:// nor https://"
                raise ValueError(message)
            request = urllib.request.Request(self.url.text, body, headers)
            with urllib.request.urlopen(request, timeout=self.timeout_seconds):
                pass

        _attempt("the webhook of STAYWORTH_ALERT_WEBHOOK", post)


@dataclass(frozen=True, kw_only=True)
class Mailbox:
    """Who gets alerts by e-mail, and through which server."""

    to: tuple[str, ...]
    sender: str
    host: str
    port: int
    starttls: bool
    user: str | None
    password: SecretText = field(repr=False)
    timeout_seconds: float = 10.0

    def send(self, subject: str, text: str) -> None:
        """Send one message to everybody on the list.

        Raises:
            AlertError: the server did not take it.
        """
        message = EmailMessage()
        message["Subject"], message["From"], message["To"] = subject, self.sender, ", ".join(self.to)
        message.set_content(text)

        def post() -> None:
            with smtplib.SMTP(self.host, self.port, timeout=self.timeout_seconds) as server:
                if self.starttls:
                    server.starttls()
                if self.user:
                    server.login(self.user, self.password.text)
                server.send_message(message)

        _attempt(f"the mail server {self.host}:{self.port}", post)


def _attempt(where: str, post: Callable[[], None]) -> None:
    """Try three times; the error names the place and the kind of failure, never an address that is secret."""
    for attempt in range(ATTEMPTS):
        try:
            post()
        except (OSError, ValueError, smtplib.SMTPException, urllib.error.URLError) as error:
            if attempt + 1 == ATTEMPTS:
                reason = getattr(error, "code", None) or getattr(error, "reason", None) or type(error).__name__
                message = f"{where} did not take an alert after {ATTEMPTS} attempts ({reason}); check its settings"
                raise AlertError(message) from None
            time.sleep(_FIRST_WAIT_SECONDS * 2**attempt)
        else:
            return
