"""The pages of victim services, and the proof that nothing of a protected person reaches the wearer's side."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pypdf
import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from tests.service import matrix
from tests.service.api.keys import client_with
from tests.service.makers import NOW_US as LATER_US
from tests.service.makers import Staff, make_user
from tests.service.monitoring.approaches import (
    DEVICE,
    FROM_US,
    NOW_US,
    REF,
    WAY,
    along,
    approach,
    kept_away,
    places,
    tell,
    theirs,
)
from tests.service.monitoring.lives import BY, put_on_record, standing, work_until_idle
from throughcare.kernel.time import DAY_US, MINUTE_US
from throughcare.service.access.models import Restriction
from throughcare.service.accounts.actions import Refused, grant_role
from throughcare.service.audit.models import Entry
from throughcare.service.desk.models import DeskItem, Pack
from throughcare.service.monitoring.actions import protect
from throughcare.service.monitoring.models import IncidentRow, ProximityWatch
from throughcare.service.operations import retention
from throughcare.service.operations.models import Tombstone
from throughcare.service.operations.retention_classes import PROTECTED
from throughcare.service.people.models import Person
from throughcare.service.roles import PERMISSIONS, Permission, Role
from throughcare.service.victims.models import ProtectedDevice, ProtectedPosition

pytestmark = pytest.mark.django_db
SignIn = Callable[[Staff], Client]
SINCE = {"from_us_0": "2", "from_us_1": "3", "from_us_2": "2026", "from_us_3": "07:00"}
UNTIL = {"at_us_0": "2", "at_us_1": "3", "at_us_2": "2026", "at_us_3": "10:00"}


@pytest.fixture
def victim_services(staff: dict[Role, Staff], signed_in: SignIn) -> Client:
    """Return the client of a victim liaison officer."""
    return signed_in(staff[Role.VICTIM_OFFICER])


def said(client: Client, url: str, **given: str) -> str:
    answer = client.post(url, given, follow=True) if given else client.get(url)
    assert answer.status_code == 200, url
    return answer.content.decode()


def test_few_may_record_a_device_and_they_may_nothing_else() -> None:
    holders = [role for role in Role if Permission.PROTECTED_MANAGE in PERMISSIONS[role]]
    assert holders == [Role.VICTIM_OFFICER]
    assert PERMISSIONS[Role.VICTIM_OFFICER] == {Permission.PROTECTED_MANAGE}


def test_nobody_is_on_both_sides(staff: dict[Role, Staff]) -> None:
    by = staff[Role.ADMINISTRATOR].viewer
    for held, wanted in ((Role.VICTIM_OFFICER, Role.MONITORING_OFFICER), (Role.SENIOR, Role.VICTIM_OFFICER)):
        with pytest.raises(Refused, match="no other role"):
            grant_role(by=by, now_us=LATER_US, user_id=staff[held].user.pk, role=wanted, team_id=None)
    again = staff[Role.VICTIM_OFFICER].user.pk
    grant_role(by=by, now_us=LATER_US, user_id=again, role=Role.VICTIM_OFFICER, team_id=None)


def test_a_device_is_recorded_listed_and_taken_back(victim_services: Client) -> None:
    put_on_record([kept_away()], now_us=FROM_US)
    work_until_idle(now_us=NOW_US)
    before = said(victim_services, "/protected/")
    assert "Named in an order, without a device" in before
    assert f"{REF}: O0, condition vic-1" in before
    page = said(victim_services, "/protected/give", protected_ref=REF, device_id=DEVICE, **SINCE)
    assert "The device is recorded." in page
    assert "without a device" not in page
    for words in (REF, DEVICE, "Mon 2 Mar 2026, 07:00", "O0, condition vic-1"):
        assert words in page, words
    for closed in ("W0", "FamilyW0", "/orders/O0", "/casework/"):
        assert closed not in page, closed
    number = ProtectedDevice.objects.get().pk
    page = said(victim_services, f"/protected/{number}/take-back", **UNTIL)
    assert "The device is taken back." in page
    assert DEVICE not in page
    ended = said(victim_services, "/protected/?show=ended")
    assert "Mon 2 Mar 2026, 10:00" in ended
    assert DEVICE in ended
    assert victim_services.get(f"/protected/{number}/take-back").status_code == 404
    told = list(Entry.objects.filter(action__startswith="protected").order_by("seq"))
    kinds = {entry.action for entry in told}
    assert kinds == {"protected_devices_viewed", "protected_device_given", "protected_device_taken_back"}
    assert DEVICE not in json.dumps([[entry.subject, entry.detail, entry.reason] for entry in told])


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"protected_ref": ""}, "Enter the reference of the protected person"),
        ({"protected_ref": "Jane Doe"}, "must be letters, digits"),
        ({"device_id": ""}, "Enter the number of the device"),
        ({"device_id": "D0"}, "Expected a device that no wearer has at the time"),
        ({"device_id": "TAKEN"}, "Expected a device that no protected person carries at the time"),
        ({"from_us_2": "2027"}, "within a month from now"),
        ({"from_us_3": "25:00"}, "must include a real time"),
    ],
)
def test_what_cannot_be_recorded_is_refused_in_words_and_nothing_is_kept(
    changed: dict[str, str], words: str, victim_services: Client
) -> None:
    put_on_record([kept_away()], now_us=FROM_US)
    protect(by=BY, now_us=FROM_US, protected_ref="OTHER", device_id="TAKEN", from_us=FROM_US)
    given = {"protected_ref": REF, "device_id": DEVICE, **SINCE} | changed
    page = victim_services.post("/protected/give", given).content.decode()
    assert words in page
    assert "There is a problem" in page
    assert ProtectedDevice.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"at_us_1": "4"}, "must not be in the future"),
        ({"at_us_3": "06:00"}, "Expected a device that is given since before that"),
        ({"at_us_0": "30", "at_us_1": "2"}, "must be a real date"),
    ],
)
def test_an_end_that_cannot_be_is_refused(
    changed: dict[str, str], words: str, victim_services: Client
) -> None:
    number = protect(by=BY, now_us=FROM_US, protected_ref=REF, device_id=DEVICE, from_us=FROM_US)
    page = victim_services.post(f"/protected/{number}/take-back", UNTIL | changed).content.decode()
    assert words in page
    assert ProtectedDevice.objects.get().to_us is None


def test_the_order_of_somebody_whose_record_is_closed_is_counted_and_not_named(
    victim_services: Client, staff: dict[Role, Staff]
) -> None:
    put_on_record([kept_away()], now_us=FROM_US)
    work_until_idle(now_us=NOW_US)
    Restriction.objects.create(
        person=Person.objects.get(ref="W0"), user=staff[Role.SENIOR].user, from_us=0, set_by="system:test"
    )
    page = said(victim_services, "/protected/")
    assert "O0" not in page
    assert "1 closed to you" in page


def test_the_list_comes_in_pages_and_asks_a_bounded_number_of_times(
    victim_services: Client, django_assert_max_num_queries: Any
) -> None:
    ProtectedDevice.objects.bulk_create(
        ProtectedDevice(protected_ref=f"R{n:03}", device_id=f"X{n:03}", from_us=0, recorded_us=0)
        for n in range(120)
    )
    with django_assert_max_num_queries(25):
        page = said(victim_services, "/protected/")
    assert page.count("Take back<") == 50
    assert len(page.encode()) < 60 * 1024
    assert "R119" in said(victim_services, "/protected/?page=3")


@pytest.fixture
def near(db: None) -> tuple[matrix.Seed, DeskItem]:
    """Return the staff, and the item of an approach with a court pack, seen a week later."""
    item = approach()
    seed = matrix.make_seed()
    client = Client()
    client.force_login(seed.keeper.user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(f"/desk/items/{item.pk}/pack").status_code == 302
    return seed, item


def known(seed: matrix.Seed, item: DeskItem) -> dict[str, Any]:
    """Return what addresses about the wearer of the approach point at."""
    return {
        "ref": "W0",
        "person_ref": "W0",
        "order_id": "O0",
        "item_id": item.pk,
        "incident_id": item.incident_id,
        "pack_id": Pack.objects.get(item=item).pk,
    }


def asked(seed: matrix.Seed, item: DeskItem) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yield a method, an address and what is sent: every address about the wearer, and every export of theirs."""
    values = known(seed, item)
    for route in matrix.routes():
        mine = {name: values.get(name, value) for name, value in matrix.address(route, seed).items()}
        url = reverse(route.name, kwargs=mine)
        yield "get", url, {}
        yield "post", url, {}
    pack = f"/desk/packs/{values['pack_id']}"
    for file in ("document", "evidence"):
        yield "post", pack, {"recipient": "Invented Court", "file": file}
    yield "post", "/retention/subject-access", {"reference": "W0", "recipient": "Invented Solicitors"}
    span = {"from_day": "2026-03-02", "from_time": "00:00", "to_day": "2026-03-03", "to_time": "00:00"}
    for kind in ("", "/csv", "/map"):
        yield "get", f"/casework/people/W0/trail{kind}", span | {"purpose": "supervision"}
    times = {"from": "2026-03-02T00:00:00Z", "to": "2026-03-03T00:00:00Z"}
    yield "get", "/api/v1/incidents", times
    yield "get", "/api/v1/people/W0/positions", times | {"purpose": "supervision"}
    yield "get", "/audit/", {"person": "W0"}


def text_in(answer: Any) -> str:
    """Return what an answer tells, out of documents and archives too."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if body.startswith(b"%PDF"):
        return " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(body)).pages)
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as file:
            return " ".join(file.read(name).decode() for name in file.namelist())
    return str(body.decode(errors="replace"))


def test_no_page_export_document_or_answer_of_the_wearers_side_holds_a_place_or_device_of_a_protected_person(
    near: tuple[matrix.Seed, DeskItem],
) -> None:
    seed, item = near
    secret = (*places(theirs()), DEVICE)
    own = places(along(WAY, "D0"))
    told: dict[str, set[str]] = {}
    askers = {str(role): who for role, who in seed.staff.items()} | {"keeper": seed.keeper}
    clients = {"key": client_with(), "nobody": Client()}
    for name, who in askers.items():
        clients[name] = Client(raise_request_exception=False)
        clients[name].force_login(who.user, backend="django.contrib.auth.backends.ModelBackend")
    seen = wearers = 0
    for name, client in clients.items():
        for method, url, sent in asked(seed, item):
            cookies = client.cookies.copy()
            with transaction.atomic():
                answer = getattr(client, method)(url, sent)
                text = text_in(answer) if answer.status_code == 200 else ""
                transaction.set_rollback(True)
            client.cookies = cookies
            seen += answer.status_code == 200
            wearers += any(place in text for place in own)
            if any(each in text for each in secret):
                told.setdefault(name, set()).add(url.rsplit("/", 1)[0])
    assert told == {"victim_officer": {"/protected"}, "keeper": {"/protected"}}
    assert seen > 400
    assert wearers >= 10  # places do show where they may: the walk would see one


def test_only_whoever_protects_is_led_to_the_protected_side(near: tuple[matrix.Seed, DeskItem]) -> None:
    seed, item = near
    for role, who in seed.staff.items():
        client = Client()
        client.force_login(who.user, backend="django.contrib.auth.backends.ModelBackend")
        for url in ("/staff/me", f"/desk/items/{item.pk}", "/casework/people/W0", "/orders/O0"):
            page = client.get(url).content.decode()
            assert ('href="/protected/' in page) is (role is Role.VICTIM_OFFICER), url


def test_an_approach_is_told_in_words_on_its_pages_and_in_its_pack_without_a_place(
    staff: dict[Role, Staff], signed_in: SignIn
) -> None:
    item = approach()
    client = signed_in(staff[Role.PRACTITIONER])
    page = said(client, f"/desk/items/{item.pk}")
    for words in (
        "Near the protected person from 10:30 to 11:00",
        "Positions are withheld, of the protected person and of this person",
        "The distance that the order asks for was not kept.",
        "Positions of either device that were stored and are sent later",
        "keep at least 500 metres away",
    ):
        assert words in page, words
    for wrong in ("0 reports near", "every report</a>", "first 0 reports", "do not show this incident"):
        assert wrong not in page, wrong
    assert "Positions are withheld" in said(client, f"/desk/items/{item.pk}/reports")
    assert "Positions are withheld" in said(client, f"/desk/items/{item.pk}/map")
    said(client, f"/desk/items/{item.pk}/pack", none="")
    pack = Pack.objects.get()
    pages = pypdf.PdfReader(io.BytesIO(bytes(pack.document))).pages
    document = " ".join(" ".join(page.extract_text() for page in pages).split())
    assert document.count("Positions are withheld: with the times they would show") == 2
    assert "No position stands here, of either person" in document
    assert "holds no position and no radio report" not in document
    assert json.loads(bytes(pack.evidence))["items"] == []


def rule(days: int) -> None:
    retention.set_rule(by=BY, now_us=NOW_US, record_class=PROTECTED, days=days, legal_basis="Invented Act")


def test_positions_of_protected_persons_are_erased_and_what_was_told_stands(
    staff: dict[Role, Staff], signed_in: SignIn
) -> None:
    item = approach()
    kept, before = ProtectedPosition.objects.count(), standing()
    rule(30)
    at_us = NOW_US + 31 * DAY_US
    assert [due.rows for due in retention.preview(now_us=NOW_US + 29 * DAY_US)] == [0]
    assert [due.rows for due in retention.preview(now_us=at_us)] == [kept]
    assert [due.rows for due in retention.run(by=BY, now_us=at_us)] == [kept]
    assert not ProtectedPosition.objects.exists()
    stone = Tombstone.objects.get()
    assert (stone.record_class, stone.rows, stone.digest) == (PROTECTED, kept, "")
    # a late position of the wearer, and news of the other side: neither takes back what was told
    tell(along("10:40-10:45 at 5000 every 10 s", "D0"), now_us=at_us)
    work_until_idle(now_us=at_us)
    tell(along("13:00-13:05 at 0 every 1 min", DEVICE), now_us=at_us)
    work_until_idle(now_us=at_us + MINUTE_US)
    near = dict(IncidentRow.objects.filter(kind=item.kind).values_list("incident_id", "material"))
    assert near
    assert near.items() <= before.items()
    page = said(signed_in(staff[Role.PRACTITIONER]), f"/desk/items/{item.pk}")
    assert "Positions of protected persons are kept for a short time." in page
    assert retention.run(by=BY, now_us=at_us + DAY_US)[0].rows > 0


def test_a_legal_hold_on_who_is_kept_away_keeps_the_positions(db: None) -> None:
    approach()
    tell(along("08:00-08:05 at 0 every 1 min", "UNRELATED"))
    protect(by=BY, now_us=NOW_US, protected_ref="OTHER", device_id="UNRELATED", from_us=FROM_US)
    work_until_idle(now_us=NOW_US)
    others = ProtectedPosition.objects.filter(device_id="UNRELATED").count()
    person = Person.objects.get(ref="W0")
    hold_id = retention.hold(by=BY, now_us=NOW_US, person_id=person.pk, person_ref="W0", reason="An appeal")
    rule(30)
    at_us = NOW_US + 31 * DAY_US
    assert retention.run(by=BY, now_us=at_us)[0].rows == others > 0
    kept = ProtectedPosition.objects.count()
    assert kept == len(theirs())
    retention.end_hold(by=BY, now_us=at_us, hold_id=hold_id, person_ref="W0")
    assert retention.run(by=BY, now_us=at_us)[0].rows == kept


def test_positions_that_an_open_incident_rests_on_stay(db: None) -> None:
    put_on_record([kept_away()], now_us=FROM_US)
    protect(by=BY, now_us=FROM_US, protected_ref=REF, device_id=DEVICE, from_us=FROM_US)
    close = "12:00-13:00 at 100 every 1 min"
    tell(along(close, "D0"))
    tell(along("12:00-13:00 at 0 every 1 min", DEVICE))
    work_until_idle(now_us=NOW_US)
    assert ProximityWatch.objects.get().due_us is not None
    rule(1)
    assert retention.run(by=BY, now_us=NOW_US + 2 * DAY_US)[0].rows == 0


def test_the_mover_of_a_form_is_told_when_somebody_took_the_device_back_before(
    victim_services: Client, staff: dict[Role, Staff]
) -> None:
    make_user(Role.VICTIM_OFFICER, name="second")
    number = protect(by=BY, now_us=FROM_US, protected_ref=REF, device_id=DEVICE, from_us=FROM_US)
    assert "The device is taken back" in said(victim_services, f"/protected/{number}/take-back", **UNTIL)
    assert victim_services.post(f"/protected/{number}/take-back", UNTIL).status_code == 404
