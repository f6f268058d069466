"""Nonsense in every field of every question: told at the field or taken, never an error of the service."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.service.makers import NOW_US, Staff, make_person
from tests.service.orders.examples import order
from tests.service.orders.test_drafting import EVERYTHING
from tests.service.orders.test_journeys import SignIn, day
from throughcare.orders.vocabulary import VariationType
from throughcare.service.orders import actions, queries
from throughcare.service.orders.drafting.document import ID_NAMES, PART_MARK, PARTS, find_item
from throughcare.service.orders.drafting.questions import ALL
from throughcare.service.roles import Role
from throughcare.service.viewer import system

pytestmark = pytest.mark.django_db
NONSENSE = ("", "9" * 400, "NaN", "a\x00b💥<script>")


@pytest.fixture
def draft_id(staff: dict[Role, Staff]) -> str:
    person = make_person("P1")
    made = order(**EVERYTHING)
    actions.record_order(by=system("test"), now_us=NOW_US, person_id=person.pk, order=made)
    return actions.start_variation(
        by=staff[Role.PRACTITIONER].viewer, now_us=NOW_US, order_id="O1", effective_us=NOW_US,
        types=[VariationType.OTHER], why="x",
    )  # fmt: skip


def items(document: dict[str, Any]) -> list[tuple[str, str]]:
    """Return section and key of everything that a question can be asked about."""
    listed = [(name, item[ID_NAMES[name]]) for name in ID_NAMES for item in document[name]]
    parts = [
        (part, f"{item['condition_id']}{PART_MARK}{number}")
        for item in document["conditions"]
        for part, name in PARTS.items()
        for number in range(len(item.get(name) or ()))
    ]
    return [("", ""), *listed, *parts]


@pytest.mark.parametrize("text", NONSENSE, ids=range(len(NONSENSE)))
def test_nonsense_is_never_an_error_of_the_service(
    text: str, staff: dict[Role, Staff], signed_in: SignIn, draft_id: str
) -> None:
    client = signed_in(staff[Role.PRACTITIONER])
    before = queries.draft(draft_id).document
    for section, key in items(before):
        item = find_item(before, section, key)
        for question in ALL:
            if question.section != section or (question.kinds and item.get("kind") not in question.kinds):
                continue
            url = f"/orders/drafts/{draft_id}/ask/{question.slug}" + (f"/{key}" if key else "")
            fields = question.form(document=before, item=item, known_places=()).fields
            sent = dict.fromkeys(fields, text) | {f"{name}_{n}": text for name in fields for n in range(3)}
            answer = client.post(url, sent)
            assert answer.status_code in {200, 302, 404}, url
            assert "<script>" not in answer.content.decode().replace('<script type="module"', ""), url
    assert client.get(f"/orders/drafts/{draft_id}").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "ask/no-such-question", "ask/dates/c1", "ask/zone-name/c1", "ask/phase-hours/c1~99", "ask/phase-hours/c1",
        "ask/phase-hours/zone~0", "ask/place-name/nowhere", "list/nothing", "list/phases", "list/phases/zone",
        "list/places/home", "map/places/nowhere", "map/activations/A1", "remove/places/nowhere", "ask/exemption/c1~0",
    ],
)  # fmt: skip
def test_an_address_that_fits_nothing_is_not_found(
    path: str, staff: dict[Role, Staff], signed_in: SignIn, draft_id: str
) -> None:
    assert signed_in(staff[Role.PRACTITIONER]).get(f"/orders/drafts/{draft_id}/{path}").status_code == 404


def added(client: Client, draft_id: str, section: str) -> str:
    """Press "add another" and return the address of the first question about it."""
    sent = client.post(f"/orders/drafts/{draft_id}/add/{section}")
    assert sent.status_code == 302
    return str(sent.headers["Location"])


def test_a_suspension_a_device_an_absence_a_phase_and_an_exemption_are_added_and_removed(
    staff: dict[Role, Staff], signed_in: SignIn, draft_id: str
) -> None:
    client = signed_in(staff[Role.PRACTITIONER])
    times = day("from_day", 2026, 3, 20) | day("to_day", 2026, 3, 21)
    times |= {"from_clock": "19:00", "to_clock": "07:00"}
    ways: dict[str, list[dict[str, Any]]] = {
        "suspensions": [{"reason": "in hospital"}, times, {"condition_ids": ["c1"]}],
        "activations": [{"device_id": "D2"}, times],
        "authorised_absences": [{"reason": "a funeral"}, times, {}],
        "phases/c1": [
            day("start_date", 2026, 6, 2) | day("end_date", 2026, 6, 30),
            {"monday_0_start": "20:00", "monday_0_end": "06:00", "monday_0_at": "home"},
        ],
        "exemptions/zone": [{"reason": "work"}, times],
    }
    for section, answers in ways.items():
        url = added(client, draft_id, section)
        first = url
        for answer in answers:
            sent = client.post(url, answer)
            assert sent.status_code == 302, (url, sent.content.decode()[-3000:])
            url = str(sent.headers["Location"])
        assert "/list/" in url or "/ask/" in url
        key = first.rpartition("/")[2]
        name = section.partition("/")[0]
        assert client.get(f"/orders/drafts/{draft_id}/remove/{name}/{key}").status_code == 200
    document = queries.draft(draft_id).document
    assert [len(document[name]) for name in ("suspensions", "activations", "authorised_absences")] == [
        2,
        2,
        2,
    ]
    assert len(document["conditions"][0]["phases"]) == 2
    assert len(document["conditions"][1]["exemptions"]) == 2
    client.post(f"/orders/drafts/{draft_id}/remove/phases/c1~1")
    assert len(queries.draft(draft_id).document["conditions"][0]["phases"]) == 1


def test_each_kind_of_condition_can_be_added_and_its_first_question_is_asked(
    staff: dict[Role, Staff], signed_in: SignIn, draft_id: str
) -> None:
    client = signed_in(staff[Role.PRACTITIONER])
    for kind in EVERYTHING["ticked"]:
        sent = client.post(f"/orders/drafts/{draft_id}/add/conditions", {"kind": kind})
        assert client.get(sent.headers["Location"]).status_code == 200
    assert client.post(f"/orders/drafts/{draft_id}/add/conditions", {"kind": "x"}).status_code == 302
    assert client.get(f"/orders/drafts/{draft_id}/list/conditions").status_code == 200


@pytest.mark.parametrize("types", [["order_suspension"], ["end_monitoring"]])
def test_suspending_and_ending_start_from_the_order(
    types: list[str], staff: dict[Role, Staff], signed_in: SignIn, draft_id: str
) -> None:
    client = signed_in(staff[Role.PRACTITIONER])
    page = client.get(f"/orders/O1/vary?type={types[0]}").content.decode()
    assert f'value="{types[0]}"' in page
    assert " checked" in page
    sent = day("effective_day", 2026, 3, 10) | {"types": types, "why": "x"}
    if types == ["end_monitoring"]:
        assert "Enter the last day of monitoring" in client.post("/orders/O1/vary", sent).content.decode()
        sent |= day("last_day", 2026, 3, 20)
    answer = client.post("/orders/O1/vary", sent)
    assert answer.status_code == 302
    assert answer.headers["Location"].endswith("/list/suspensions") is (types == ["order_suspension"])
    assert client.get(answer.headers["Location"]).status_code == 200
