"""A night from the tag to the court, through the pages."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable

import pypdf
import pytest
from django.test import Client

from tests.service.conftest import Clock
from tests.service.desk.nights import MORNING_US, OUT_FROM_US, OUT_TO_US, live_night, weigh_again
from tests.service.makers import Staff, make_team, make_user
from throughcare.kernel.ids import canonical_json
from throughcare.kernel.time import MINUTE_US, local_datetime
from throughcare.service.accounts.models import RoleGrant
from throughcare.service.audit.models import Entry
from throughcare.service.audit.queries import verify
from throughcare.service.desk.models import DeskItem, Pack
from throughcare.service.desk.queries import item as item_view
from throughcare.service.monitoring.models import IncidentRow
from throughcare.service.roles import Role

pytestmark = pytest.mark.django_db
SignIn = Callable[[Staff], Client]


def local(t_us: int) -> str:
    return local_datetime(t_us, "Europe/London").strftime("%Y-%m-%dT%H:%M")


@pytest.fixture
def night(staff: dict[Role, Staff], clock: Clock) -> DeskItem:
    clock.now_us = MORNING_US
    return live_night()


def post(client: Client, item: DeskItem, what: str, **data: object) -> str:
    revision = DeskItem.objects.get(pk=item.pk).revision
    answer = client.post(f"/desk/items/{item.pk}/{what}", {"revision": revision, **data}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_one_page_says_what_why_how_sure_and_what_would_change_it(
    night: DeskItem, staff: dict[Role, Staff], signed_in: SignIn
) -> None:
    page = signed_in(staff[Role.MONITORING_OFFICER]).get(f"/desk/items/{night.pk}")
    text = page.content.decode()
    for words in (
        "Away from the curfew address", "How sure, and how long", "At least", "At most", "Time not known",
        "What would change it", "The night", "reports near the incident", "O0, version 1", "Home", "Parameters, code and hash",
        "Earlier incidents of this person", 'class="timeline"',
    ):  # fmt: skip
        assert words in text, words
    assert len(page.content) <= 120_000
    seen = Entry.objects.get(action="person_viewed", subject="page:desk_item")
    assert (seen.person_ref, seen.actor) == ("W0", f"user:{staff[Role.MONITORING_OFFICER].user.pk}")


def test_the_map_and_every_report_are_behind_links_and_logged(
    night: DeskItem, staff: dict[Role, Staff], signed_in: SignIn
) -> None:
    client = signed_in(staff[Role.PRACTITIONER])
    assert 'class="map"' in client.get(f"/desk/items/{night.pk}/map").content.decode()
    reports = client.get(f"/desk/items/{night.pk}/reports").content.decode()
    assert "poor source" in reports
    assert set(Entry.objects.values_list("subject", flat=True)) >= {"page:desk_map", "page:desk_reports"}


def test_an_accepted_excuse_makes_the_engine_weigh_anew_and_the_total_fall(
    night: DeskItem, staff: dict[Role, Staff], signed_in: SignIn, clock: Clock
) -> None:
    client = signed_in(staff[Role.MONITORING_OFFICER])
    post(client, night, "acknowledge")
    counted_s = IncidentRow.objects.get(incident_id=night.incident_id).body["atv_s"]
    text = post(client, night, "excuse", from_us=local(OUT_FROM_US), to_us=local(OUT_FROM_US + 60 * MINUTE_US),
                reason="medical", proof="Appointment card of the hospital, seen")  # fmt: skip
    assert "Reasonable excuse" in text
    clock.now_us += MINUTE_US
    weigh_again(now_us=clock.now_us)
    left_s = IncidentRow.objects.get(incident_id=night.incident_id).body["atv_s"]
    assert counted_s > 4_000
    assert left_s < counted_s - 3_000
    page = client.get(f"/desk/items/{night.pk}").content.decode()
    assert "Time that counts:" in page
    assert "Reasonable excuse covers" in page
    assert DeskItem.objects.get(pk=night.pk).outcome == "reasonable_excuse"


def test_an_authorised_absence_for_all_of_it_leaves_nothing_that_counts(
    night: DeskItem, staff: dict[Role, Staff], signed_in: SignIn, clock: Clock
) -> None:
    client = signed_in(staff[Role.MONITORING_OFFICER])
    post(client, night, "acknowledge")
    post(client, night, "absence", from_us=local(OUT_FROM_US - 10 * MINUTE_US),
         to_us=local(OUT_TO_US + 10 * MINUTE_US), reason="Night shift, authorised by the officer on Friday")  # fmt: skip
    clock.now_us += MINUTE_US
    weigh_again(now_us=clock.now_us)
    row = IncidentRow.objects.get(incident_id=night.incident_id)
    assert row.retracted or row.body["atv_s"] == 0
    assert DeskItem.objects.get(pk=night.pk).outcome == "authorised_absence"


def test_from_the_violation_to_the_court_pack(
    night: DeskItem, staff: dict[Role, Staff], signed_in: SignIn, clock: Clock
) -> None:
    client = signed_in(staff[Role.PRACTITIONER])
    post(client, night, "acknowledge")
    post(client, night, "contact", at_us=local(MORNING_US), channel="phone", outcome="no_answer",
         words="It rang out", next_step="Call again at noon")  # fmt: skip
    post(client, night, "assess", assessment="non_compliance", words="No reason was given in three calls")
    refused = post(client, night, "decision", outcome="warning", reason="First time")
    assert "Weigh at least one other outcome" in refused
    post(client, night, "decision", outcome="warning", reason="First time", why_not_no_action="It was long")
    assert "You proposed" not in client.get(f"/desk/items/{night.pk}").content.decode()
    assert client.get(f"/desk/items/{night.pk}/sign").status_code == 403

    clock.now_us += 5 * MINUTE_US
    client = signed_in(staff[Role.SENIOR])
    seen = item_view(night.pk).seen
    assert "It is signed" in post(client, night, "sign", seen=seen, confirmed="on")
    text = post(client, night, "pack")
    assert "From the violation to the court pack" in text

    pack = Pack.objects.get()
    asked = client.post(f"/desk/packs/{pack.pk}", {"recipient": "Invented Court", "file": "document"})
    assert hashlib.sha256(asked.content).hexdigest() == pack.digest
    reader = pypdf.PdfReader(io.BytesIO(asked.content))
    words = " ".join(page.extract_text() for page in reader.pages)
    for expected in ("Exhibit 12", "It rang out", "Call again at noon", "Warning", "Not chosen: It was long",
                     "Time from the violation to this pack", "not the route that was taken"):  # fmt: skip
        assert expected in " ".join(words.split()), expected
    evidence = client.post(f"/desk/packs/{pack.pk}", {"recipient": "Invented Court", "file": "evidence"})
    assert hashlib.sha256(evidence.content).hexdigest() == pack.evidence_digest
    assert evidence.content.decode() == canonical_json(evidence.json())
    assert f"{night.incident_id}.json" in evidence.headers["Content-Disposition"]
    given = Entry.objects.filter(action="pack_disclosed")
    assert {entry.recipient for entry in given} == {"Invented Court"}
    assert len(given) == 2
    assert verify().broken_at is None


def test_what_the_order_refuses_is_said_and_nothing_is_written(
    night: DeskItem, staff: dict[Role, Staff], signed_in: SignIn
) -> None:
    client = signed_in(staff[Role.MONITORING_OFFICER])
    silent = DeskItem.objects.get(kind="home_unit_silent")
    post(client, silent, "acknowledge")
    text = post(client, silent, "absence", from_us=local(OUT_FROM_US), to_us=local(OUT_TO_US), reason="r")
    assert "There is a problem" in text
    assert DeskItem.objects.get(pk=silent.pk).state == "acknowledged"


def test_an_item_goes_to_a_colleague_who_may_open_it_and_to_no_other(
    night: DeskItem, staff: dict[Role, Staff], signed_in: SignIn
) -> None:
    stranger = make_user(Role.PRACTITIONER, name="stranger", team=make_team("South"))
    RoleGrant.objects.update(from_us=0)
    client = signed_in(staff[Role.MONITORING_OFFICER])
    refused = post(client, night, "hand-over", receiver=f"user:{stranger.user.pk}", words="Call at noon")
    assert "They may not open this record" in refused
    colleague = staff[Role.PRACTITIONER].user
    post(client, night, "hand-over", receiver=f"user:{colleague.pk}", words="Call at noon")
    assert DeskItem.objects.get(pk=night.pk).owner == colleague
    assert "Call at noon" in client.get(f"/desk/items/{night.pk}").content.decode()


def test_of_two_people_at_once_one_gets_the_item_and_the_other_is_told(
    night: DeskItem, staff: dict[Role, Staff], signed_in: SignIn
) -> None:
    data = {"revision": night.revision}
    first = signed_in(staff[Role.MONITORING_OFFICER])
    assert (
        "The item is yours"
        in first.post(f"/desk/items/{night.pk}/acknowledge", data, follow=True).content.decode()
    )
    second = signed_in(staff[Role.PRACTITIONER])
    answer = second.post(f"/desk/items/{night.pk}/acknowledge", data, follow=True).content.decode()
    assert "has this item already" in answer
    assert DeskItem.objects.get(pk=night.pk).owner == staff[Role.MONITORING_OFFICER].user
