"""The API: what a key may ask, what it never sees, and that every question is written down."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from tests.service.api.keys import client_with, key_with
from tests.service.conftest import Clock
from tests.service.makers import NOW_US, make_person, make_user
from tests.service.monitoring.lives import (
    END_US,
    deliver,
    facts_from,
    order_for,
    put_on_record,
    said,
    work_until_idle,
)
from throughcare.kernel.time import DAY_US, iso_utc
from throughcare.service.access.models import Restriction
from throughcare.service.api.actions import revoke_key
from throughcare.service.api.models import ApiKey
from throughcare.service.api.scopes import ApiScope
from throughcare.service.audit.models import Entry
from throughcare.service.monitoring.models import IncidentRow
from throughcare.service.people.models import Person
from throughcare.service.roles import Role
from throughcare.service.viewer import system

pytestmark = pytest.mark.django_db


@pytest.fixture
def lives(clock: Clock) -> None:
    """Two people with an order each, and two days of facts, evaluated."""
    put_on_record([order_for(0), order_for(1)])
    deliver(*said(*facts_from(3, people=2, fixes=1_500, statuses=300)), now_us=END_US)
    work_until_idle(now_us=END_US)
    clock.now_us = END_US


def restrict(ref: str) -> None:
    keeper = make_user(Role.SENIOR, name="keeper")
    Restriction.objects.create(person=Person.objects.get(ref=ref), user=keeper.user, from_us=0, set_by="x")


def span(days: int = 3) -> dict[str, str]:
    return {"since": iso_utc(END_US - days * DAY_US), "until": iso_utc(END_US)}


@pytest.mark.parametrize(
    "header", [{}, {"Authorization": "Bearer tca_1_00"}, {"Authorization": "Basic eA=="}]
)
def test_without_a_good_key_nothing_is_answered(header: dict[str, str]) -> None:
    assert Client(headers=header).get("/api/v1/orders").status_code == 401


def test_a_key_that_is_too_old_or_ended_opens_nothing(clock: Clock) -> None:
    client = Client(headers={"Authorization": f"Bearer {key_with(days=1)}"})
    assert client.get("/api/v1/orders").status_code == 200
    clock.now_us = NOW_US + DAY_US
    assert client.get("/api/v1/orders").status_code == 401
    clock.now_us = NOW_US
    revoke_key(by=system("test"), now_us=NOW_US, number=ApiKey.objects.get().pk)
    assert client.get("/api/v1/orders").status_code == 401


@pytest.mark.parametrize(
    ("path", "scope"),
    [
        ("/api/v1/orders", ApiScope.ORDERS_READ),
        ("/api/v1/orders/O0", ApiScope.ORDERS_READ),
        ("/api/v1/incidents?since=2026-03-01T00:00:00Z&until=2026-03-05T00:00:00Z", ApiScope.INCIDENTS_READ),
        ("/api/v1/people/W0/status", ApiScope.STATUS_READ),
        (
            "/api/v1/people/W0/positions?since=2026-03-03T00:00:00Z&until=2026-03-04T00:00:00Z&purpose=testing",
            ApiScope.POSITIONS_READ,
        ),
        ("/api/v1/webhooks", ApiScope.WEBHOOKS_MANAGE),
    ],
)
@pytest.mark.usefixtures("lives")
def test_a_question_needs_its_own_scope_and_no_other(path: str, scope: ApiScope) -> None:
    others = [other for other in ApiScope if other is not scope]
    assert client_with(*others).get(path).status_code == 403
    assert client_with(scope).get(path).status_code == 200


@pytest.mark.usefixtures("lives")
def test_incidents_come_in_parts_that_make_up_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("throughcare.service.api.api.A_PAGE", 2)
    client, found, after = client_with(), [], ""
    while True:
        page = client.get("/api/v1/incidents", span() | {"after": after}).json()
        found += [item["incident_id"] for item in page["items"]]
        after = page["next"]
        if after is None:
            break
        assert len(page["items"]) == 2
    standing = set(IncidentRow.objects.filter(retracted=False).values_list("incident_id", flat=True))
    assert len(found) == len(set(found))
    assert set(found) == standing
    assert len(standing) > 4


@pytest.mark.usefixtures("lives")
def test_an_incident_comes_with_everything_that_was_told_of_it() -> None:
    row = IncidentRow.objects.filter(retracted=False).first()
    told = client_with().get(f"/api/v1/incidents/{row.incident_id}").json()
    assert told["code"] == row.code
    assert told["events"][0]["kind"] == "opened"


@pytest.mark.usefixtures("lives")
def test_positions_of_a_day_come_whole_and_their_purpose_is_written_down() -> None:
    path = "/api/v1/people/W0/positions"
    told = client_with().get(path, span(1) | {"purpose": "Check of a complaint"}).json()
    assert told["count"] == len(told["items"]) > 0
    entry = Entry.objects.get(action="person_asked_about")
    assert (entry.person_ref, entry.reason, entry.actor) == (
        "W0",
        "Check of a complaint",
        f"key:{ApiKey.objects.get().pk}",
    )


@pytest.mark.usefixtures("lives")
def test_more_than_a_day_of_positions_is_refused_in_words() -> None:
    answer = client_with().get("/api/v1/people/W0/positions", span(2) | {"purpose": "testing"})
    assert answer.status_code == 400
    assert "at most 1 days" in answer.json()["words"]


@pytest.mark.usefixtures("lives")
def test_a_person_whose_record_is_limited_does_not_exist_for_a_key() -> None:
    restrict("W0")
    hidden = IncidentRow.objects.filter(person_ref="W0").first()
    client = client_with()
    asked = [
        client.get("/api/v1/orders/O0"),
        client.get("/api/v1/people/W0/status"),
        client.get("/api/v1/people/W0/positions", span(1) | {"purpose": "testing"}),
        client.get("/api/v1/incidents", span() | {"person_ref": "W0"}),
        client.get(f"/api/v1/incidents/{hidden.incident_id}"),
    ]
    assert [answer.status_code for answer in asked] == [404] * 5
    assert asked[0].json() == client.get("/api/v1/orders/NONE").json()
    for path in ("/api/v1/orders", "/api/v1/incidents"):
        body = client.get(path, span()).content.decode()
        assert "W0" not in body
        assert "W1" in body


def test_an_order_is_checked_without_being_kept() -> None:
    order = order_for(7).as_json()
    client = client_with(ApiScope.ORDERS_CHECK)
    sound = client.post("/api/v1/orders/check", json.dumps(order), content_type="application/json").json()
    assert (sound["sound"], sound["refusals"]) == (True, [])
    broken = client.post(
        "/api/v1/orders/check", json.dumps(order | {"ticked": []}), content_type="application/json"
    )
    assert broken.json()["sound"] is False
    assert not Person.objects.exists()


def test_a_webhook_is_made_listed_without_its_secret_and_stopped() -> None:
    client = client_with(ApiScope.WEBHOOKS_MANAGE)
    body = {"url": "https://example.org/n", "events": ["incident.opened"]}
    made = client.post("/api/v1/webhooks", body, content_type="application/json")
    assert (made.status_code, len(made.json()["secret"])) == (201, 64)
    assert client.get("/api/v1/webhooks").json()[0]["secret"] is None
    assert client.delete(f"/api/v1/webhooks/{made.json()['number']}").status_code == 204
    assert client.delete(f"/api/v1/webhooks/{made.json()['number']}").status_code == 404


def test_an_administrator_makes_and_ends_a_key_on_pages(client: Client) -> None:
    client.force_login(
        make_user(Role.ADMINISTRATOR).user, backend="django.contrib.auth.backends.ModelBackend"
    )
    make_person("P1")
    answer = client.post(
        "/keys/", {"label": "Feed", "scopes": ["orders:read"], "days": "30"}
    ).content.decode()
    key = answer.split("tca_")[1].split("<")[0]
    bearer = Client(headers={"Authorization": f"Bearer tca_{key}"})
    assert bearer.get("/api/v1/orders").status_code == 200
    client.post(f"/keys/{ApiKey.objects.get().pk}/revoke")
    assert bearer.get("/api/v1/orders").status_code == 401
    assert f"tca_{key}" not in client.get("/keys/").content.decode()
