"""What every staff page weighs, how long it takes and how often it asks the database, on a town and on long lists.

    python benchmarks/pages.py [--town 300] [--days 30] [--list 1500] [--looks 20]

It fills a new SQLite file with the invented people of a town (orders, a month of incidents on the desk, contacts), and
then with many more for the lists. It walks every address that answers a member of staff who holds every role, through
every middleware, and prints a table: bytes as sent and compressed, the bytes of a first view with its styles and
scripts compressed, median and 95th percentile (clock and processor) and questions. The machine's load stands above.
"""

# ruff: noqa: PLC0415 - what needs Django is imported once it is set up, on the database of this run
from __future__ import annotations

import argparse
import gc
import gzip
import logging
import os
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
BOUNDS = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")
BAR_BYTES, BAR_MS = 120 * 1024, 300
ASSETS = re.compile(r'(?:href|src)="(/static/[^"]+\.(?:css|js))"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What one page came to: bytes, milliseconds, questions."""

    name: str
    plain: int
    packed: int
    first_view: int
    p50_ms: float
    p95_ms: float
    cpu_p95_ms: float
    questions: int


def prepare(folder: Path) -> None:
    """Set the service up on an empty SQLite file."""
    os.environ["THROUGHCARE_DATABASE_URL"] = f"sqlite:///{folder / 'pages.sqlite3'}"  # noqa: TID251
    os.environ["THROUGHCARE_DATA_DIR"] = str(folder)  # noqa: TID251
    os.environ["DJANGO_SETTINGS_MODULE"] = "tools.service_settings"  # noqa: TID251
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from tests.service.makers import NOW_US

    settings.ALLOWED_HOSTS = ["*"]
    settings.CLOCK = lambda: NOW_US
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)


def fill(people: int, days: int, *, first: int, seed: Any) -> None:  # noqa: ANN401 - what there is once Django is
    """Put people on record, each with an order, a draft, a contact and an incident every third day of the span."""
    from django.db import transaction

    from tests.service.desk.tellings import incident, tell
    from tests.service.growing import KINDS, add_orders, add_record
    from tests.service.makers import NOW_US, make_person
    from throughcare.kernel.time import DAY_US, HOUR_US
    from throughcare.service.desk.actions import take_in

    with transaction.atomic():
        for n in range(first, first + people):
            person = make_person(f"T{n:05}", officer=seed.keeper.user if n % 5 == 0 else None)
            add_orders(person, seed.keeper, 10_000 + n)
            add_record(person, 10_000 + n)
            for day in range(n % 3, days, 3):
                start_us = NOW_US - day * DAY_US - 15 * HOUR_US
                told = incident(
                    f"t{n}-{day}", person_ref=person.ref, kind=KINDS[(n + day) % 3], start_us=start_us
                )
                tell(told, now_us=NOW_US - day * DAY_US)
    while take_in(now_us=NOW_US):
        pass


def assets() -> dict[str, int]:
    """Return the compressed bytes of each style and script by its address."""
    from django.contrib.staticfiles import finders

    class Sizes(dict[str, int]):
        def __missing__(self, url: str) -> int:
            plain = re.sub(r"\.[0-9a-f]{12}(?=\.(?:css|js)$)", "", url.removeprefix("/static/"))
            found = finders.find(plain)
            self[url] = len(gzip.compress(Path(str(found)).read_bytes())) if found else 0
            return self[url]

    return Sizes()


def look(client: Any, name: str, url: str, *, looks: int, sizes: dict[str, int]) -> Page | None:  # noqa: ANN401
    """Return how a page does; None where it is no page of HTML."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    answer = client.get(url)
    if answer.status_code != 200 or not answer.headers["Content-Type"].startswith("text/html"):
        return None
    wall_ms, cpu_ms = [], []
    for _ in range(looks):
        begun, cpu_begun = time.perf_counter(), time.process_time()
        client.get(url)
        wall_ms.append(1000 * (time.perf_counter() - begun))
        cpu_ms.append(1000 * (time.process_time() - cpu_begun))
    with CaptureQueriesContext(connection) as asked:
        client.get(url)
    packed = len(gzip.compress(answer.content))
    linked = set(ASSETS.findall(answer.content.decode()))
    return Page(
        name=name,
        plain=len(answer.content),
        packed=packed,
        first_view=packed + sum(sizes[link] for link in linked),
        p50_ms=sorted(wall_ms)[looks // 2],
        p95_ms=sorted(wall_ms)[min(looks - 1, int(looks * 0.95))],
        cpu_p95_ms=sorted(cpu_ms)[min(looks - 1, int(looks * 0.95))],
        questions=sum(not query["sql"].startswith(BOUNDS) for query in asked.captured_queries),
    )


def walk(client: Any, seed: Any, *, looks: int) -> Iterator[Page]:  # noqa: ANN401 - as above
    """Yield every page of staff."""
    from tests.service.matrix import OPEN
    from tests.service.pages.test_query_counts import addresses

    sizes = assets()
    for name, url in addresses(seed):
        if name.partition("?")[0] not in OPEN and (page := look(client, name, url, looks=looks, sizes=sizes)):
            yield page


def tell_of(title: str, pages: list[Page]) -> None:
    """Print the table, the heaviest and the slowest at its foot."""
    print(f"\n{title}; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n")
    print("| page | KB | KB gzip | first view KB gzip | p50 ms | p95 ms | p95 CPU ms | questions |")
    print("|---|---|---|---|---|---|---|---|")
    for page in sorted(pages, key=lambda each: each.name):
        sizes = f"{page.plain / 1024:.1f} | {page.packed / 1024:.1f} | {page.first_view / 1024:.1f}"
        times = f"{page.p50_ms:.0f} | {page.p95_ms:.0f} | {page.cpu_p95_ms:.0f}"
        print(f"| {page.name} | {sizes} | {times} | {page.questions} |")
    heavy = [page.name for page in pages if page.plain > BAR_BYTES]
    slow = [page.name for page in pages if page.p95_ms > BAR_MS]
    busy = [page.name for page in pages if page.cpu_p95_ms > BAR_MS]
    print(f"\n{len(pages)} pages; over 120 KB: {heavy}; p95 over 300 ms: {slow}, of processor time: {busy}")


def main() -> None:
    """Fill, walk and print; then fill more for the lists and walk again."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--town", type=int, default=300)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--list", type=int, default=1500, dest="many")
    parser.add_argument("--looks", type=int, default=20)
    asked = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory() as name:
        prepare(Path(name))
        logging.disable(logging.CRITICAL)
        from django.test import Client

        from tests.service.matrix import make_seed

        seed = make_seed()
        client = Client(SERVER_NAME="localhost")
        client.force_login(seed.keeper.user, backend="django.contrib.auth.backends.ModelBackend")
        client.get("/staff/me")
        for title, people, first in (("a town", asked.town, 0), ("long lists", asked.many, asked.town)):
            fill(people, asked.days, first=first, seed=seed)
            gc.collect()
            gc.freeze()  # as the server does: operations/loading.py
            words = f"{title}: {people + first} people, {asked.days} days"
            tell_of(words, list(walk(client, seed, looks=asked.looks)))


if __name__ == "__main__":
    main()
