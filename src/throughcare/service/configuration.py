"""What a deployer may set: a closed list of variables, strictly parsed. An unknown one refuses to start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from throughcare.kernel.errors import RefusedInput

PREFIX = "THROUGHCARE_"
SECRETS = (
    "SECRET_KEY",
    "DATABASE_URL",
    "OIDC_CLIENT_SECRET",
    "METRICS_TOKEN",
)  # each may be given as <name>_FILE
_TRUTH = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
_SCHEMES = {"postgres": "django.db.backends.postgresql", "postgresql": "django.db.backends.postgresql"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """The settings of one deployment.

    Parameters
    ----------
    secret_key : str
        At least 32 characters; signs sessions and tokens.
    data_dir : Path
        Where the archive, exports and, without a database of its own, the SQLite file are kept.
    database_url : str
        ``sqlite:///relative.db``, ``sqlite:////absolute.db`` or ``postgres://user:password@host:port/name``. What
        follows a ``?`` goes to libpq: ``sslmode=verify-full``, or ``host=/run/postgresql`` for a Unix socket.
    hosts : tuple of str
        Names under which the service is reached; requests for others are refused.
    demo : bool
        Invented data only: pages say so, sign-ins are printed, a second factor is not demanded, and plain
        http is allowed.
    demo_clock_us : int
        The town's time less this machine's monotonic clock; 0 for the real time. The town's clock stands still while
        the demonstration is stopped and while the machine sleeps.
    require_mfa : bool
        Staff must have a second factor before they see anything.
    retain_hours : int
        How long live facts can still be revised; older ones are settled and archived.
    archive_days : int
        How many days of positions stay in the database before they go to the archive.
    oidc_server_url, oidc_client_id, oidc_client_secret : str
        Where staff sign in with their organisation's account; empty for none.
    metrics_token : str
        Who may read ``/operations/metrics``; empty for nobody.
    """

    secret_key: str
    data_dir: Path
    database_url: str = ""
    hosts: tuple[str, ...] = ("localhost", "127.0.0.1")
    demo: bool = False
    demo_clock_us: int = 0
    require_mfa: bool = True
    retain_hours: int = 48
    archive_days: int = 7
    max_body_mb: int = 8
    device_facts_per_minute: int = 600
    session_minutes: int = 60
    organisation_name: str = "Your organisation"
    oidc_server_url: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = ""
    metrics_token: str = ""

    def database(self) -> dict[str, Any]:
        """Return Django's description of the database.

        Raises
        ------
        RefusedInput
            If the address is of no known kind.
        """
        url = self.database_url or f"sqlite:///{self.data_dir / 'throughcare.sqlite3'}"
        parts = urlsplit(url)
        if parts.scheme == "sqlite":
            return _sqlite(parts.path.removeprefix("/"))
        if parts.scheme not in _SCHEMES:
            raise _refusal("DATABASE_URL", "sqlite:/// or postgres://", f"{parts.scheme}://")
        options: dict[str, Any] = dict(parse_qsl(parts.query))
        return {
            "ENGINE": _SCHEMES[parts.scheme],
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": options.pop("host", unquote(parts.hostname or "")),
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": options,
        }


def _sqlite(name: str) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": name,
        "CONN_MAX_AGE": 60,  # the last one that closes empties the write-ahead log: not after every request
        "OPTIONS": {
            # A write lock is taken at the start, so that nobody waits for a lock that is never given; FULL so
            # that what was acknowledged survives a power cut.
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
        },
    }


def read_configuration(environment: Mapping[str, str]) -> Configuration:
    """Return the configuration that the variables ``THROUGHCARE_*`` describe.

    A secret may stand in a file instead: ``THROUGHCARE_SECRET_KEY_FILE`` names it.

    Raises
    ------
    RefusedInput
        If a variable is unknown, malformed or missing.
    """
    given = {
        name.removeprefix(PREFIX): value for name, value in environment.items() if name.startswith(PREFIX)
    }
    for name in SECRETS:
        path = given.pop(f"{name}_FILE", None)
        if path is not None:
            given[name] = _read_secret(name, Path(path))
    known = {name.upper() for name in Configuration.__dataclass_fields__}
    for name in sorted(given.keys() - known):
        raise _refusal(name, f"one of {', '.join(sorted(known))}", "an unknown setting")
    values: dict[str, Any] = {name.lower(): _parsed(name, text) for name, text in given.items()}
    for name in ("secret_key", "data_dir"):
        if not values.get(name):
            raise _refusal(name.upper(), "a value", "none")
    if len(values["secret_key"]) < 32:
        raise _refusal("SECRET_KEY", "at least 32 characters", f"{len(values['secret_key'])}")
    if "demo_clock_us" in values and not values.get("demo"):
        raise _refusal("DEMO_CLOCK_US", "none: only a demonstration has a clock of its own", "a value")
    return Configuration(**values)


def _parsed(name: str, text: str) -> object:
    kind = str(Configuration.__dataclass_fields__[name.lower()].type)
    if kind == "bool":
        if text.lower() not in _TRUTH:
            raise _refusal(name, "yes or no", repr(text))
        return _TRUTH[text.lower()]
    if kind == "int":
        if not text.isdecimal() or int(text) == 0:
            raise _refusal(name, "a whole number above 0", repr(text))
        return int(text)
    if kind == "Path":
        return Path(text)
    if kind.startswith("tuple"):
        return tuple(part.strip() for part in text.split(",") if part.strip())
    return text


def _read_secret(name: str, path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as problem:
        raise _refusal(f"{name}_FILE", "a file that can be read", problem.strerror or "trouble") from None


def _refusal(name: str, expected: str, found: str) -> RefusedInput:
    return RefusedInput(
        where=f"setting {PREFIX}{name}",
        expected=expected,
        found=found,
        action="See docs/service/deploy.md for every setting; nothing was started.",
    )
