"""Many at once write the log, and it stays one chain: on a SQLite file and on PostgreSQL."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection

from tests.service.audit.writing import EACH, WRITERS


def database_url(folder: Path) -> str:
    """Return a file of its own on SQLite, and the test's database on PostgreSQL."""
    if connection.vendor == "sqlite":
        return f"sqlite:///{folder / 'log.sqlite3'}"
    given = connection.settings_dict
    return "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(
        **{name: quote(str(given[name]), safe="") for name in ("USER", "PASSWORD", "HOST", "PORT", "NAME")}
    )


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_make_one_chain_without_gap_or_fork(tmp_path: Path) -> None:
    environment = {
        "DJANGO_SETTINGS_MODULE": "throughcare.service.settings",
        "THROUGHCARE_SECRET_KEY": "only-for-tests-and-tools-never-for-a-service",
        "THROUGHCARE_DATA_DIR": str(tmp_path),
        "THROUGHCARE_DATABASE_URL": database_url(tmp_path),
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.service.audit.writing"],
        env=environment, cwd=Path(__file__).parents[3], capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[:2] == [str(WRITERS * EACH * 4 // 5), "None"]
