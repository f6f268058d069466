"""No page of staff weighs more than 120 KB, with lists that are full and a person of twelve orders."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.service import matrix
from tests.service.growing import grow
from tests.service.pages.test_query_counts import addresses

BAR_BYTES = 120 * 1024
PEOPLE = 70  # more than a page of the caseload, the search and the desk


@pytest.mark.django_db
def test_no_page_weighs_more_than_120_kilobytes(client: Client) -> None:
    seed = matrix.make_seed()
    client.force_login(seed.keeper.user, backend="django.contrib.auth.backends.ModelBackend")
    grow(seed, 0, PEOPLE, about_hidden=12)
    weights = {}
    for name, url in addresses(seed):
        answer = client.get(url)
        if answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html"):
            weights[name] = len(answer.content)
    assert len(weights) > 80
    assert {name: bytes_ for name, bytes_ in weights.items() if bytes_ > BAR_BYTES} == {}
