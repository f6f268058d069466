"""A person's page, contacts and the trail: who sees which part, what is logged before, and that nothing is cut."""

from __future__ import annotations

import csv
import io

import pytest
from django.test import Client

from tests.service.casework.cases import make_cases, plan
from tests.service.conftest import Clock
from tests.service.desk.nights import MORNING_US, OUT_FROM_US, live_night
from tests.service.desk.tellings import incident, tell
from tests.service.makers import NOW_US, Staff, make_person, make_team
from tests.service.orders.examples import activation, curfew, order
from throughcare.kernel.time import DAY_US, HOUR_US, MINUTE_US
from throughcare.monitoring.incidents import IncidentKind
from throughcare.service.audit.models import Entry
from throughcare.service.casework.models import Contact
from throughcare.service.casework.trail import PAGE, csv_lines, page_of, places_within
from throughcare.service.monitoring.queries import Trail, TrailPoint
from throughcare.service.orders.actions import record_order
from throughcare.service.people.models import AccessNeed
from throughcare.service.roles import Role
from throughcare.service.viewer import system

pytestmark = pytest.mark.django_db
NIGHT = {
    "from_day": "2026-03-02",
    "from_time": "08:00",
    "to_day": "2026-03-03",
    "to_time": "08:00",
    "purpose": "supervision",
}


def as_role(client: Client, staff: dict[Role, Staff], role: Role) -> Client:
    client.force_login(staff[role].user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def text(client: Client, path: str, **query: str) -> str:
    answer = client.get(path, query)
    assert answer.status_code == 200, path
    return answer.content.decode()


@pytest.fixture
def night(staff: dict[Role, Staff], client: Client, clock: Clock) -> Client:
    """Return an officer's client on the morning after a night with an absence."""
    clock.now_us = MORNING_US
    live_night()
    return as_role(client, staff, Role.PRACTITIONER)


def test_the_page_says_in_plain_words_what_is_asked_how_it_stands_and_what_happened(night: Client) -> None:
    page = text(night, "/casework/people/W0")
    for words in (
        "Every day: 7pm to 7am the next day, at Home.",
        "Last heard from",
        "within about 8 m",
        "Stay out of the zone: School",
        "Away from the curfew address",
        "incident open 1",
        "1 signed version",
    ):
        assert words in page, words


def test_status_that_was_not_worked_out_lately_is_said_to_be_unknown(night: Client, clock: Clock) -> None:
    clock.now_us = MORNING_US + 16 * MINUTE_US
    page = text(night, "/casework/people/W0")
    assert "Unknown: what the tag said was last worked out 16 minutes ago" in page
    assert "Unknown now; then: " in page


def test_a_person_without_a_tag_is_nowhere(client: Client, staff: dict[Role, Staff]) -> None:
    make_person("P1")
    assert "No tag is worn now" in text(as_role(client, staff, Role.PRACTITIONER), "/casework/people/P1")


def test_a_field_officer_sees_how_to_reach_somebody_safely_and_neither_orders_nor_incidents(
    client: Client, staff: dict[Role, Staff]
) -> None:
    person = make_cases(2, officer=staff[Role.PRACTITIONER].user)[1]
    AccessNeed.objects.create(person=person, kind="hearing", note="knock loudly")
    page = text(as_role(client, staff, Role.FIELD_OFFICER), f"/casework/people/{person.ref}")
    assert "hearing (knock loudly)" in page
    for closed in ("What it asks", "Incidents of the last", "Compliance calendar", "Court pack", 'id="now"'):
        assert closed not in page
    assert client.get(f"/casework/people/{person.ref}/trail").status_code == 403


def test_of_incidents_near_a_protected_person_only_the_day_is_told(
    client: Client, staff: dict[Role, Staff]
) -> None:
    make_person("P1")
    tell(incident("v", kind=IncidentKind.VICTIM_PROXIMITY, start_us=NOW_US - 2 * HOUR_US, minutes=47))
    page = text(as_role(client, staff, Role.PRACTITIONER), "/casework/people/P1")
    assert "Near the protected person" in page
    assert "9 Mar 2026</td>" in page
    assert "47 minutes" not in page


@pytest.mark.parametrize("path", ["", "/trail", "/trail/csv", "/trail/map", "/contacts/plan"])
def test_somebody_of_another_team_is_not_there(path: str, client: Client, staff: dict[Role, Staff]) -> None:
    make_person("FAR", team=make_team("South"))
    officer = as_role(client, staff, Role.PRACTITIONER)
    assert officer.get(f"/casework/people/FAR{path}", NIGHT).status_code == 404
    assert not Entry.objects.filter(person_ref="FAR").exists()


def test_a_contact_is_planned_and_what_came_of_it_is_said_once(
    client: Client, staff: dict[Role, Staff]
) -> None:
    make_person("P1")
    officer = as_role(client, staff, Role.PRACTITIONER)
    past = {"day": "2026-03-09", "time": "11:00", "channel": "office"}
    assert "must be in the future" in officer.post("/casework/people/P1/contacts/plan", past).content.decode()
    officer.post("/casework/people/P1/contacts/plan", past | {"time": "14:30"})
    contact = Contact.objects.get()
    said = {
        "result": "came",
        "note": "All well",
        "next_day": "2026-03-16",
        "next_time": "10:00",
        "next_channel": "phone",
    }
    url = f"/casework/people/P1/contacts/{contact.pk}"
    officer.post(url, said)
    officer.post(url, said | {"result": "did_not_come", "next_day": "", "next_time": ""})
    contact.refresh_from_db()
    assert (contact.result, contact.note) == ("came", "All well")
    assert Contact.objects.count() == 2
    assert Entry.objects.filter(action="contact_recorded").count() == 1
    assert "All well" not in str(list(Entry.objects.values()))


def test_half_of_a_next_contact_is_refused(client: Client, staff: dict[Role, Staff]) -> None:
    contact = plan(make_person("P1"), NOW_US - HOUR_US)
    officer = as_role(client, staff, Role.PRACTITIONER)
    said = {"result": "came", "next_day": "2026-03-16", "next_time": "", "next_channel": "phone"}
    page = officer.post(f"/casework/people/P1/contacts/{contact.pk}", said).content.decode()
    assert "Enter both the day and the time" in page


def test_a_contact_of_somebody_else_is_not_there(client: Client, staff: dict[Role, Staff]) -> None:
    contact = plan(make_person("P1"), NOW_US)
    make_person("P2")
    officer = as_role(client, staff, Role.PRACTITIONER)
    assert officer.get(f"/casework/people/P2/contacts/{contact.pk}").status_code == 404


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"purpose": ""}, "Select why you need to see it"),
        ({"purpose": "curiosity"}, "Select a valid choice"),
        ({"to_day": "2026-03-01"}, "The end must be after the beginning"),
        ({"to_day": "2026-03-20"}, "must be 14 days or less"),
        ({"from_day": "2026-02-30"}, "must be a real date"),
        ({"from_time": "25:00"}, "must be a real time"),
    ],
)
def test_without_a_purpose_and_a_period_no_position_is_read(
    changed: dict[str, str], words: str, night: Client
) -> None:
    page = text(night, "/casework/people/W0/trail", **(NIGHT | changed))
    assert words in page
    assert "Positions 1 to" not in page
    assert not Entry.objects.filter(action="trail_viewed").exists()
    for kind in ("csv", "map"):
        answer = night.get(f"/casework/people/W0/trail/{kind}", NIGHT | changed)
        assert answer.headers["Location"].startswith("/casework/people/W0/trail?")


def test_a_trail_is_logged_with_its_purpose_and_period_and_without_a_place(night: Client) -> None:
    text(night, "/casework/people/W0/trail", **NIGHT)
    entry = Entry.objects.get(action="trail_viewed")
    assert (entry.reason, entry.person_ref) == ("supervision", "W0")
    assert set(entry.detail) == {"from_us", "to_us"}
    viewed = Entry.objects.get(action="person_viewed")
    assert (viewed.subject, viewed.reason) == ("page:trail", "supervision")


def test_every_position_is_on_one_of_the_pages_and_the_page_says_how_many_there_are(night: Client) -> None:
    first = text(night, "/casework/people/W0/trail", **NIGHT)
    assert "1019 positions: satellite 993, wi-fi (coarse) 26." in first
    assert f"Positions 1 to {PAGE} of 1019" in first
    assert "<svg" in first
    last = text(night, "/casework/people/W0/trail", **NIGHT, page="11")
    assert "Positions 1001 to 1019 of 1019" in last
    assert "<svg" not in last


def test_the_file_holds_every_position_and_is_logged(night: Client) -> None:
    answer = night.get("/casework/people/W0/trail/csv", NIGHT)
    body = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    rows = list(csv.DictReader(io.StringIO(body)))
    assert len(rows) == 1019
    assert rows[0]["time_utc"].startswith("2026-03-02T15:01")
    assert {row["source"] for row in rows} == {"gnss", "wifi"}
    assert Entry.objects.filter(action="trail_exported").count() == 1


def test_the_map_page_carries_every_position_and_says_so(night: Client) -> None:
    page = text(night, "/casework/people/W0/trail/map", **NIGHT)
    assert "all 1019 positions" in page
    assert 'id="trail-map-data"' in page


def test_a_period_without_a_position_says_that_nothing_is_known(night: Client) -> None:
    page = text(
        night, "/casework/people/W0/trail", **(NIGHT | {"from_day": "2026-02-20", "to_day": "2026-02-21"})
    )
    assert "Where the person was is not known" in page


def test_places_are_those_of_the_orders_that_ran_then(night: Client) -> None:
    found = places_within("W0", from_us=OUT_FROM_US, to_us=OUT_FROM_US + 1, now_us=MORNING_US)
    assert {place.kind for place in found} == {"home", "exclusion_zone", "inclusion_zone"}
    assert places_within("W0", from_us=0, to_us=DAY_US, now_us=MORNING_US) == []


def point(n: int, *, name: str = "A1", gap_s: float | None = None) -> TrailPoint:
    return TrailPoint(
        activation_id=name, t_us=NOW_US + n * MINUTE_US, lat_deg=54.0, lon_deg=-1.5, accuracy_m=None,
        level=None, source="gnss", gap_before_s=gap_s,
    )  # fmt: skip


def test_gaps_are_counted_and_summed() -> None:
    trail = Trail(NOW_US, NOW_US + DAY_US, (point(0), point(10, gap_s=600.0), point(31, gap_s=1260.0)))
    page = page_of(trail, page=1)
    assert (page.gaps, page.gaps_s) == (2, 1860.0)


def test_no_cell_of_the_file_can_be_taken_for_a_formula() -> None:
    trail = Trail(NOW_US, NOW_US + DAY_US, (point(0, name="=cmd|' /C calc'!A0"),))
    row = next(iter(csv.DictReader(io.StringIO("".join(csv_lines(trail))))))
    assert row["activation"].startswith("'=")
    assert (row["longitude_deg"], row["accuracy_m"]) == ("-1.5", "")


def test_a_person_of_twelve_orders_has_three_whole_and_the_past_ones_as_a_line_that_opens(
    client: Client, staff: dict[Role, Staff]
) -> None:
    person = make_person("P1")
    for n in range(12):
        year = 2026 - max(0, n - 4)  # five run, seven are past
        ends = f"{year}-06-01" if n < 5 else f"{year}-03-30"
        hours = {**curfew()["phases"][0], "start_date": f"{year}-03-02", "end_date": ends}
        made = order(
            order_id=f"O-{n}", wearer_ref="P1", start_date=f"{year}-03-02", end_date=ends,
            conditions=[curfew(start_date=f"{year}-03-02", end_date=ends, phases=[hours])],
            activations=[
                activation(activation_id=f"A-{n}", device_id=f"D-{n}", home_unit_id=f"U-{n}",
                           from_time=f"{year}-03-02T12:00:00Z", to_time=f"{ends}T12:00:00Z")
            ],
        )  # fmt: skip
        record_order(by=system("test"), now_us=NOW_US - 6 * DAY_US, person_id=person.pk, order=made)
    officer = as_role(client, staff, Role.PRACTITIONER)
    page = text(officer, "/casework/people/P1")
    assert len(page.encode()) <= 120 * 1024
    assert page.count("Compliance calendar") == 3
    for n in range(12):
        assert f"Order O-{n}</a>" in page
    assert page.count("in force</li>") == 2
    assert page.count("ended</li>") == 7
    opened = text(officer, "/casework/people/P1", order="O-9")
    assert opened.count("Compliance calendar") == 4
    assert "Calendar of order O-9" in opened
    assert len(opened.encode()) <= 120 * 1024
    assert text(officer, "/casework/people/P1", order="O-SOMEBODY").count("Compliance calendar") == 3
