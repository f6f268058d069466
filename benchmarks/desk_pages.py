"""How long the pages of the alert desk take with many items, and what they weigh.

    python benchmarks/desk_pages.py [--items 10000] [--people 1000] [--looks 60] [--seed 1]

It fills a new SQLite file with invented people, incidents as the engine tells them, and what the desk makes of them by
its own rules; then it asks for each page as a monitoring officer does, through every middleware, and prints the
median and the 95th percentile in milliseconds (clock and processor), the bytes and the queries. The page of one
incident is measured in ``tests/service/desk``, with an engine behind it.
"""

# ruff: noqa: PLC0415 - what needs Django is imported once it is set up, on the database of this run
from __future__ import annotations

import argparse
import gc
import json
import logging
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
PAGES = {
    "list": "/desk/items/",
    "list, page 40": "/desk/items/?page=40",
    "list, one kind": "/desk/items/?kind=curfew_absence",
    "list, one team": "/desk/items/?team={team}",
    "list, closed": "/desk/items/?state=closed",
    "left out": "/desk/left-out/",
    "workload": "/desk/workload/",
}


def prepare(folder: Path) -> None:
    """Set the service up on an empty SQLite file."""
    os.environ["THROUGHCARE_DATABASE_URL"] = f"sqlite:///{folder / 'desk.sqlite3'}"  # noqa: TID251
    os.environ["THROUGHCARE_DATA_DIR"] = str(folder)  # noqa: TID251
    os.environ["DJANGO_SETTINGS_MODULE"] = "tools.service_settings"  # noqa: TID251
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)


def fill(items: int, people: int, seed: int) -> tuple[Any, int, float]:
    """Return an officer, a team, and how long the desk took to take the incidents in (processor seconds)."""
    from tests.service.desk.tellings import incident, tell
    from tests.service.makers import NOW_US, make_person, make_team, make_user
    from throughcare.kernel.time import MINUTE_US
    from throughcare.monitoring.incidents import IncidentKind
    from throughcare.service.desk.actions import take_in
    from throughcare.service.orders.models import OrderRecord
    from throughcare.service.roles import Role

    rng, kinds = np.random.default_rng(seed), list(IncidentKind)
    teams = [make_team(f"Team {number}") for number in range(20)]
    for number in range(people):
        person = make_person(f"P{number}", team=teams[number % 20])
        OrderRecord.objects.create(
            order_id=f"O-P{number}", person=person, created_us=NOW_US, newest_version=1, starts_us=NOW_US
        )
    for number in range(items):
        start_us = NOW_US - int(rng.integers(60, 28 * 1440)) * MINUTE_US
        minutes = None if rng.random() < 0.02 else float(rng.integers(1, 400))
        ref = f"P{int(people * rng.random() ** 2)}"
        tell(incident(f"i{number}", kind=kinds[int(rng.integers(len(kinds)))], person_ref=ref,
                      start_us=start_us, minutes=minutes))  # fmt: skip
    began_s = time.process_time()
    while take_in(now_us=NOW_US):
        pass
    return make_user(Role.MONITORING_OFFICER), teams[0].pk, time.process_time() - began_s


def look(client: Any, url: str, times: int) -> dict[str, float]:  # noqa: ANN401 - Django's client
    """Ask for a page several times."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.get(url)
    gc.collect()
    gc.freeze()  # as the server does: operations/loading.py
    wall_ms, cpu_ms = [], []
    for _ in range(times):
        began_s, cpu_s = time.perf_counter(), time.process_time()
        answer = client.get(url)
        wall_ms.append(1000 * (time.perf_counter() - began_s))
        cpu_ms.append(1000 * (time.process_time() - cpu_s))
        if answer.status_code != 200:
            sys.exit(f"{url} answered {answer.status_code}")
    with CaptureQueriesContext(connection) as asked:
        client.get(url)
    marks = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")
    queries = [query for query in asked.captured_queries if not query["sql"].startswith(marks)]
    return {
        "median_ms": round(float(np.median(wall_ms)), 1),
        "p95_ms": round(float(np.quantile(wall_ms, 0.95)), 1),
        "cpu_p95_ms": round(float(np.quantile(cpu_ms, 0.95)), 1),
        "bytes": len(answer.content),
        "queries": len(queries),
    }


def main() -> None:
    """Fill, look, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--people", type=int, default=1_000)
    parser.add_argument("--looks", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory() as name:
        prepare(Path(name))
        from django.conf import settings
        from django.test import Client

        from tests.service.makers import NOW_US

        settings.CLOCK = lambda: NOW_US
        logging.disable(logging.CRITICAL)
        officer, team, took_s = fill(asked.items, asked.people, asked.seed)
        client = Client(SERVER_NAME="localhost")
        client.force_login(officer.user, backend="django.contrib.auth.backends.ModelBackend")
        found = {name: look(client, url.format(team=team), asked.looks) for name, url in PAGES.items()}
        print(json.dumps({"items": asked.items, "take_in_cpu_s": round(took_s, 2), "pages": found}, indent=1))


if __name__ == "__main__":
    main()
