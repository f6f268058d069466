"""How long officers' pages take on SQLite, what they weigh, and how many questions they ask of the database.

    python benchmarks/casework_pages.py [--looks 60]

It fills a new SQLite file: 60 cases of one officer with 20 incidents each behind them, 240 more people of the team,
and one night of a tag through the real engine. Then it asks for each page through every middleware, and prints the
median and the 95th percentile (clock and processor), the bytes as sent and compressed, and the questions.
"""

# ruff: noqa: PLC0415 - what needs Django is imported once it is set up, on the database of this run
from __future__ import annotations

import argparse
import gc
import gzip
import logging
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
CASES, TEAM, NIGHTS = 60, 240, 20
TRAIL = "from_day=2026-03-02&from_time=08:00&to_day=2026-03-03&to_time=08:00&purpose=supervision"


def prepare(folder: Path) -> None:
    """Set the service up on an empty SQLite file."""
    os.environ["THROUGHCARE_DATABASE_URL"] = f"sqlite:///{folder / 'casework.sqlite3'}"  # noqa: TID251
    os.environ["THROUGHCARE_DATA_DIR"] = str(folder)  # noqa: TID251
    os.environ["DJANGO_SETTINGS_MODULE"] = "tools.service_settings"  # noqa: TID251
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    settings.ALLOWED_HOSTS = ["*"]
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)


def fill() -> Any:  # noqa: ANN401 - a model, which is not there before Django is
    """Return an officer with a full caseload."""
    from django.db import transaction

    from tests.service.casework.cases import make_cases
    from tests.service.desk.nights import live_night
    from tests.service.desk.tellings import incident, tell
    from tests.service.makers import NOW_US, make_person, make_staff
    from throughcare.kernel.time import DAY_US, HOUR_US
    from throughcare.service.desk.actions import take_in
    from throughcare.service.roles import Role

    officer = make_staff()[Role.PRACTITIONER].user
    live_night()
    with transaction.atomic():
        make_cases(CASES, officer=officer)
        for n in range(TEAM):
            make_person(f"T{n}")
        for case in range(CASES):
            for night in range(NIGHTS):
                start_us = NOW_US - night * DAY_US - 15 * HOUR_US
                told = incident(f"h{case}-{night}", person_ref=f"C{case:03}", start_us=start_us)
                tell(told, now_us=NOW_US - night * DAY_US)
    take_in(now_us=NOW_US)
    return officer


def measure(client: Any, name: str, url: str, *, looks: int, now_us: int) -> None:  # noqa: ANN401 - as above
    """Print how a page does."""
    from django.conf import settings
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    settings.CLOCK = lambda: now_us
    client.get(url)
    gc.collect()
    gc.freeze()  # as the server does: operations/loading.py
    clock_ms, cpu_ms = [], []
    for _ in range(looks):
        begun, cpu_begun = time.perf_counter(), time.process_time()
        client.get(url)
        clock_ms.append(1000 * (time.perf_counter() - begun))
        cpu_ms.append(1000 * (time.process_time() - cpu_begun))
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(url)
    halves = [(sorted(v)[len(v) // 2], sorted(v)[int(len(v) * 0.95)]) for v in (clock_ms, cpu_ms)]
    times = "; ".join(
        f"{kind} p50 {p50:.0f} p95 {p95:.0f} ms"
        for kind, (p50, p95) in zip(("clock", "cpu"), halves, strict=True)
    )
    sizes = f"{len(answer.content):,} B, {len(gzip.compress(answer.content)):,} B compressed"
    print(f"{name}: {answer.status_code}; {times}; {sizes}; {len(asked)} questions", flush=True)


def main() -> None:
    """Fill, and measure each page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--looks", type=int, default=60)
    looks: int = parser.parse_args().looks
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory() as folder:
        prepare(Path(folder))
        logging.disable(logging.CRITICAL)
        officer = fill()
        from django.test import Client

        from tests.service.desk.nights import MORNING_US
        from tests.service.makers import NOW_US, make_team

        client = Client()
        client.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
        pages = (
            ("caseload, 60 cases", "/casework/cases/", NOW_US),
            ("caseload, team of 301", f"/casework/cases/?team={make_team().pk}", NOW_US),
            ("search", "/people/?q=family", NOW_US),
            ("person, 20 incidents", "/casework/people/C001", NOW_US),
            ("person, live tag", "/casework/people/W0", MORNING_US),
            ("trail, 1,019 positions", f"/casework/people/W0/trail?{TRAIL}", MORNING_US),
        )
        for name, url, now_us in pages:
            measure(client, name, url, looks=looks, now_us=now_us)


if __name__ == "__main__":
    main()
