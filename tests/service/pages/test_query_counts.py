"""How many questions every page asks of the database, with little on record and with much: a golden file.

Rewrite it with ``pytest tests/service/pages/test_query_counts.py --regenerate`` and read the difference: a page that
asks more with more on record asks once a row. The counts are the same on SQLite and on PostgreSQL.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.service import matrix
from tests.service.growing import grow
from tests.service.makers import make_team

GOLDEN = Path(__file__).parents[2] / "golden" / "service" / "query_counts.json"
FEW, MANY = 2, 9
BOUNDS = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")  # of transactions: no questions
QUERIES = {
    "casework:caseload": ("?team={team}",),
    "people:search": ("?q=Zeph", "?q=G00"),
    "orders:list": ("?show=ended",),
    "orders:installations": ("?show=overdue", "?show=not_monitored", "?show=monitored"),
    "desk:list": ("?state=closed", "?team={team}"),
    "desk:suppressed": ("?what=merged",),
    "audit_log:log": ("?person=HIDDEN-REF",),
}
# Pages whose number of questions grows with what is on record, and why that is borne.
GROWS = {"casework:person": "a tag that is worn takes three questions, and nobody wears many at once"}


def addresses(seed: matrix.Seed) -> Iterator[tuple[str, str]]:
    """Yield a name and an address of everything that can be looked at."""
    for route in matrix.routes():
        if route.for_machines:
            continue
        url = reverse(route.name, kwargs=matrix.address(route, seed))
        for query in ("", *QUERIES.get(route.name, ())):
            yield f"{route.name}{query.replace('{team}', 'TEAM')}", url + query.format(team=make_team().pk)


def counted(client: Client, url: str) -> int | None:
    """Return how many questions a look takes, the second time; None where it is not to be looked at."""
    with transaction.atomic():
        if client.get(url).status_code not in {200, 302}:
            transaction.set_rollback(True)
            return None
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(url)
            if answer.streaming:
                b"".join(answer.streaming_content)
        transaction.set_rollback(True)
    return sum(not query["sql"].startswith(BOUNDS) for query in asked.captured_queries)


@pytest.mark.django_db
def test_pages_ask_as_often_as_the_golden_file_says_and_no_more_with_more_on_record(
    client: Client, regenerate: bool
) -> None:
    seed = matrix.make_seed()
    client.force_login(seed.keeper.user, backend="django.contrib.auth.backends.ModelBackend")
    client.get("/staff/me")
    found: dict[str, list[int]] = {}
    for first, number in ((0, FEW), (FEW, MANY - FEW)):
        grow(seed, first, number)
        for name, url in addresses(seed):
            if (count := counted(client, url)) is not None:
                found.setdefault(name, []).append(count)
    assert len(found) > 90
    if regenerate:
        GOLDEN.parent.mkdir(exist_ok=True)
        rows = ",\n".join(
            f"  {json.dumps(name)}: {json.dumps(counts)}" for name, counts in sorted(found.items())
        )
        GOLDEN.write_text(f"{{\n{rows}\n}}\n", encoding="utf-8")
    assert found == json.loads(GOLDEN.read_text(encoding="utf-8"))
    grown = {name: counts for name, counts in found.items() if counts[-1] > counts[0]}
    assert grown.keys() == GROWS.keys(), grown
