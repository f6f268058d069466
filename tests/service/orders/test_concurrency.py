"""Many sign at once, and one of them wins: on a SQLite file and on PostgreSQL."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.service.audit.test_concurrency import database_url


@pytest.mark.django_db(transaction=True)
def test_of_many_signers_at_once_one_wins_and_every_other_is_told(tmp_path: Path) -> None:
    environment = {
        "DJANGO_SETTINGS_MODULE": "throughcare.service.settings",
        "THROUGHCARE_SECRET_KEY": "only-for-tests-and-tools-never-for-a-service",
        "THROUGHCARE_DATA_DIR": str(tmp_path),
        "THROUGHCARE_DATABASE_URL": database_url(tmp_path),
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.service.orders.signing_at_once"],
        env=environment, cwd=Path(__file__).parents[3], capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout == "same signed 1 told 5 different signed 1 told 5 versions 2 3 broken None"
