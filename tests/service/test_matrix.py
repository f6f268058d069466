"""Every address, with every role: the right answer by the table of permissions, and nothing of a hidden person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.service import matrix
from tests.service.makers import Staff
from tests.service.matrix import OPEN, SEARCHES, SECRETS, Route, Seed
from throughcare.service.roles import Permission, Role

pytestmark = pytest.mark.django_db
ROUTES = matrix.routes()
MACHINES = [route for route in ROUTES if route.for_machines and route.name not in OPEN]
GUARDED = [route for route in ROUTES if route.name not in OPEN and not route.for_machines]
OF_A_PERSON = {
    "ref", "opening_id", "hold_id", "order_id", "draft_id", "item_id", "pack_id", "assessment_id", "consultation_id",
    "dispute_id",
}  # fmt: skip


@pytest.fixture
def seed(db: None) -> Seed:
    return matrix.make_seed()


def client_of(who: Staff) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(who.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def url_of(route: Route, seed: Seed) -> str:
    try:
        return reverse(route.name, kwargs=matrix.address(route, seed))
    except LookupError as missing:
        pytest.fail(f"no example for {missing} of {route}: add one in tests/service/matrix.py")


def answers(
    client: Client, route: Route, url: str, *, search: bool = False
) -> Iterator[tuple[str, HttpResponse]]:
    """Yield what the address says when looked at, when sent an empty form and when searched; then undo it."""
    asked: list[tuple[str, dict[str, str]]] = [("get", {}), ("post", {})]
    if search and not route.arguments:
        asked += [("get", dict.fromkeys(("q", "ref", "name", "person"), text)) for text in SEARCHES]
    for method, data in asked:
        session = client.cookies.copy()
        with transaction.atomic():
            yield f"{method} {url} {data or ''}", getattr(client, method)(url, data)
            transaction.set_rollback(True)
        client.cookies = session


def text_of(answer: Any) -> str:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return f"{dict(answer.headers)} {body.decode(errors='replace')}"


def leaks(answer: HttpResponse) -> list[str]:
    return [secret for secret in SECRETS if secret in text_of(answer)]


def allowed(route: Route, who: Staff) -> set[int]:
    """Return the right answers to a member of staff about the hidden person, by the table of permissions."""
    permission: Permission | None = route.view.permission  # type: ignore[attr-defined]
    if permission is not None and not who.viewer.may(permission):
        return {403}
    return {404, 405} if OF_A_PERSON & set(route.arguments) else {200, 302, 400, 404, 405}


@pytest.mark.parametrize("route", GUARDED, ids=str)
def test_every_address_has_a_name_and_says_who_may_open_it(route: Route) -> None:
    assert route.name, f"{route.text} has no name: give it one, so that it can be walked"
    assert hasattr(route.view, "permission"), (
        f"{route} wears no @staff_page(permission) and is not in OPEN of tests/service/matrix.py"
    )


def test_without_a_sign_in_nothing_opens(seed: Seed, client: Client) -> None:
    wrong = []
    for route in GUARDED:
        for how, answer in answers(client, route, url_of(route, seed)):
            if answer.status_code != 302 or not answer.headers["Location"].startswith("/account/login/"):
                wrong.append(f"{how}: {answer.status_code}")
    assert not wrong


@pytest.mark.parametrize("role", Role)
def test_no_role_gets_more_than_its_permissions_or_reads_of_the_hidden(role: Role, seed: Seed) -> None:
    who = seed.staff[role]
    client = client_of(who)
    wrong = []
    for route in GUARDED:
        right = allowed(route, who)
        for how, answer in answers(client, route, url_of(route, seed), search=right != {403}):
            if answer.status_code not in right or leaks(answer):
                wrong.append(f"{how}: {answer.status_code}, told {leaks(answer)}")
    assert not wrong


def test_the_examples_are_real_for_whoever_may_see_all(seed: Seed) -> None:
    client = client_of(seed.keeper)
    found = {url_of(route, seed): client.get(url_of(route, seed)).status_code for route in GUARDED}
    assert not {url: status for url, status in found.items() if status not in {200, 302, 405}}


def test_the_keeper_does_read_the_secrets(seed: Seed) -> None:
    page = client_of(seed.keeper).get(f"/access/limits/{seed.hidden.ref}")
    assert {"HIDDEN-REF", "Zephyrine", "Quillfeather", "SECRET-MESSAGE"} <= set(leaks(page))


@pytest.mark.parametrize("route", MACHINES, ids=str)
def test_a_session_opens_nothing_that_is_for_machines(route: Route, seed: Seed, client: Client) -> None:
    for each in (client, client_of(seed.keeper)):
        for how, answer in answers(each, route, url_of(route, seed)):
            assert answer.status_code in {400, 401, 403, 404, 405, 415}, f"{how}: {answer.status_code}"
            assert not leaks(answer)


@pytest.mark.parametrize("name", sorted(OPEN))
def test_an_open_address_tells_nothing_of_anybody(name: str, seed: Seed, client: Client) -> None:
    known = {route.name: route for route in ROUTES}
    assert name in known, f"{name} is open in tests/service/matrix.py, but there is no such address"
    for each in (client, client_of(seed.staff[Role.PRACTITIONER])):
        answer = each.get(url_of(known[name], seed))
        assert answer.status_code in {200, 302, 401, 403, 404, 405, 503}
        assert not leaks(answer)
