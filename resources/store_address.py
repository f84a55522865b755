"""What an address of an object store may look like, and which variables open it."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from resources.errors import StorageError

KEY_PAIR = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
ROLES = (
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
)
_URL = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9._=-]+)*/?")
_ALLOWED = "s3://bucket or s3://bucket/prefix, without user, password or query (credentials come from "


def odd_address(lake_url: str, restricted_url: str, restricted_root: Path | None) -> tuple[str, str, str] | None:
    """The setting that makes no sense, what to show of its value, and what is allowed; None where all is well.

    An address that is refused is not shown, since it may hold a secret.
    """
    for name, given in (("lake_url", lake_url), ("restricted_url", restricted_url)):
        if given and not _URL.fullmatch(given):
            return name, "(not shown)", f"{_ALLOWED}{', '.join(KEY_PAIR)})"
    if restricted_url and restricted_root is not None:
        return "restricted_url", restricted_url, '"" where core.restricted_root is set'
    if restricted_url and f"{lake_url.rstrip('/')}/".startswith(f"{restricted_url.rstrip('/')}/"):
        return "restricted_url", restricted_url, "an address that does not hold core.lake_url"
    return None


def refuse_without_access(url: str, environment: Mapping[str, str] | None = None) -> None:
    """Raise unless the environment says as whom to open an object store; its client reads the values by itself.

    Raises:
        StorageError: neither a key pair nor a role is named.
    """
    env = os.environ if environment is None else environment
    missing = [name for name in KEY_PAIR if not env.get(name)]
    if missing and not any(env.get(name) for name in ROLES):
        message = (
            f"{url} can't be opened: {', '.join(missing)} not set; set {' and '.join(KEY_PAIR)} in the environment, "
            f"or a role's {' or '.join(ROLES)}"
        )
        raise StorageError(message)
