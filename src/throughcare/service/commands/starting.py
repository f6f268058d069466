"""What every command of the service does first: take its options into the settings, and start Django.

Django is imported when a command runs, so that ``throughcare --help`` and the file commands never wait for it.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from throughcare.kernel.errors import RefusedInput
from throughcare.service.configuration import PREFIX

SETTINGS = "throughcare.service.settings"


def add_place(parser: argparse.ArgumentParser) -> None:
    """Add the options that say where the data is; each has a setting of the same name."""
    parser.add_argument("--data-dir", type=Path, metavar="DIR", help="folder of the archive and of SQLite")
    parser.add_argument("--database-url", metavar="URL", help="sqlite:///file or postgres://user@host/name")


@contextmanager
def started(arguments: argparse.Namespace) -> Iterator[None]:
    """Start Django with this command's options in front of the settings; what the database refuses is a refusal.

    Raises
    ------
    RefusedInput
        If a setting is unknown, malformed or missing, Django is not installed, or the database does not answer.
    """
    for option in ("data_dir", "database_url"):
        given = getattr(arguments, option, None)
        if given is not None:
            os.environ[PREFIX + option.upper()] = str(given)
    start_django()
    from django.db import Error

    try:
        yield
    except Error as trouble:
        raise RefusedInput(
            where="the database",
            expected="one that answers and has this version's tables",
            found=f"{type(trouble).__name__}: {str(trouble).splitlines()[0][:200]}",
            action="Check THROUGHCARE_DATABASE_URL, that it runs, and that `throughcare serve --migrate` was run once.",
        ) from None


def start_django() -> None:
    """Start Django on the settings of the environment.

    Raises
    ------
    RefusedInput
        If a setting is unknown, malformed or missing, or if Django is not installed.
    """
    try:
        import django
    except ModuleNotFoundError:
        raise RefusedInput(
            where="throughcare",
            expected="the service's libraries",
            found="no Django in this environment",
            action="Install throughcare[service], with postgres where the database is PostgreSQL.",
        ) from None
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    django.setup()
