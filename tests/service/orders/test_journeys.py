"""The pages of orders as an officer and a senior use them: from a new order to a signed variation."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.service.makers import NOW_US, Staff, make_person
from tests.service.orders.examples import DAYS, order, zone
from tests.service.orders.examples import curfew as curfew_of
from throughcare.kernel.time import DAY_US
from throughcare.orders.vocabulary import ConditionKind
from throughcare.service.orders import actions, queries
from throughcare.service.orders.models import OrderDraft
from throughcare.service.orders.vocabulary import DraftState
from throughcare.service.roles import Role
from throughcare.service.viewer import system

pytestmark = pytest.mark.django_db
SignIn = Callable[[Staff], Client]


def day(name: str, year: int, month: int, number: int) -> dict[str, str]:
    return {f"{name}_0": str(number), f"{name}_1": str(month), f"{name}_2": str(year)}


DATES = day("start_date", 2026, 3, 16) | day("end_date", 2026, 6, 15)


class Form:
    """Answers one page after the other, as a browser without JavaScript does."""

    def __init__(self, client: Client, start: str) -> None:
        self.client = client
        self.url = start

    def answer(self, slug: str, answers: dict[str, Any]) -> None:
        assert f"/ask/{slug}" in self.url, f"asked {self.url}, expected {slug}"
        page = self.client.get(self.url)
        assert page.status_code == 200
        sent = self.client.post(self.url, answers)
        assert sent.status_code == 302, errors(sent.content.decode())
        self.url = sent.headers["Location"]

    def press(self, url: str, answers: dict[str, Any] | None = None) -> None:
        sent = self.client.post(url, answers or {})
        assert sent.status_code == 302
        self.url = sent.headers["Location"]


def errors(html: str) -> list[str]:
    return re.findall(r'href="#[^"]*">([^<]+)', html)


def basics(form: Form, kinds: list[str]) -> None:
    form.answer("order-type", {"order_type": "community"})
    form.answer("legal-basis", {"legal_basis": "community_order_requirement"})
    form.answer("sentence", {"sentence_type": "community"})
    form.answer("notifying", {"notifying_organisation": "magistrates_court"})
    form.answer("responsible", {"responsible_organisation": "probation"})
    form.answer("dates", DATES)
    form.answer("convicted", day("convicted_on", 2026, 3, 2))
    form.answer("hdc", {"home_detention_curfew": "no"})
    form.answer("ticked", {"ticked": kinds})
    assert form.url.endswith("/list/places")


def place(form: Form, draft_id: str, label: str) -> None:
    form.press(f"/orders/drafts/{draft_id}/add/places")
    form.answer("place-name", {"label": label})
    form.answer("place-area", {"how": "circle"})
    form.answer("place-area-circle", {"lat_deg": "54.0", "lon_deg": "-1.5", "radius_m": "30"})
    form.answer("place-area-check", {})


def begun(client: Client) -> tuple[Form, str]:
    sent = client.post("/orders/new/P1")
    url = sent.headers["Location"]
    return Form(client, url), url.split("/")[3]


def curfew(form: Form, draft_id: str) -> None:
    form.url = f"/orders/drafts/{draft_id}/ask/curfew-dates/curfew-1"
    form.answer("curfew-dates", DATES)
    form.answer("phase-hours", {"monday_0_start": "7pm", "monday_0_end": "7am", "copy_monday": "yes"})
    hours = {f"{name}_0_start": "19:00" for name in ("monday", "tuesday", "wednesday", "thursday", "friday")}
    hours |= {name.replace("start", "end"): "07:00" for name in hours}
    form.answer("phase-hours", hours)
    assert "/list/phases/curfew-1" in form.url


def written_curfew(client: Client) -> tuple[Form, str]:
    form, draft_id = begun(client)
    basics(form, ["curfew"])
    place(form, draft_id, "1 Invented Street")
    curfew(form, draft_id)
    form.url = f"/orders/drafts/{draft_id}/ask/release-day/curfew-1"
    form.answer("release-day", {"has_release": "no"})
    form.answer("grace", {"grace_min": "5"})
    assert form.url.endswith("/list/conditions")
    return form, draft_id


def accept(form: Form, draft_id: str, reason: str = "on") -> list[str]:
    page = form.client.get(f"/orders/drafts/{draft_id}/findings").content.decode()
    names = re.findall(r'name="(finding-[0-9a-f]+)"', page)
    form.press(f"/orders/drafts/{draft_id}/findings", dict.fromkeys(names, reason))
    return names


def test_an_officer_writes_a_curfew_and_a_senior_signs_it(
    staff: dict[Role, Staff], signed_in: SignIn
) -> None:
    make_person("P1")
    client = signed_in(staff[Role.PRACTITIONER])
    form, draft_id = written_curfew(client)
    page = client.get(f"/orders/drafts/{draft_id}").content.decode()
    assert "There is a problem" not in page
    accept(form, draft_id)
    form.press(f"/orders/drafts/{draft_id}/propose")
    assert queries.draft(draft_id).state is DraftState.PROPOSED
    senior = signed_in(staff[Role.SENIOR])
    digest = queries.draft(draft_id).digest
    assert "7pm to 7am the next day" in senior.get(f"/orders/drafts/{draft_id}/sign").content.decode()
    sent = senior.post(f"/orders/drafts/{draft_id}/sign", {"digest": digest})
    order_id = queries.draft(draft_id).order_id
    assert sent.headers["Location"] == f"/orders/{order_id}"
    (signed,) = queries.versions_of(order_id)
    assert (signed.authored_by, signed.signed_by) == (
        staff[Role.PRACTITIONER].viewer.actor,
        staff[Role.SENIOR].viewer.actor,
    )
    assert signed.order.ticked == {ConditionKind.CURFEW}
    assert len(signed.order.conditions[0].phases[0].timetable) == 5  # type: ignore[union-attr]
    assert senior.get(f"/orders/{order_id}").status_code == 200


@pytest.fixture
def order_id(staff: dict[Role, Staff]) -> str:
    person = make_person("P1")
    made = order(ticked=["curfew", "exclusion_zone"], conditions=[curfew_of(), zone()])
    actions.record_order(by=system("test"), now_us=NOW_US, person_id=person.pk, order=made)
    return made.order_id


def test_what_is_missing_stands_beside_its_field_and_in_the_summary(
    staff: dict[Role, Staff], signed_in: SignIn
) -> None:
    make_person("P1")
    client = signed_in(staff[Role.PRACTITIONER])
    form, draft_id = begun(client)
    page = client.post(form.url, {}).content.decode()
    assert '<a href="#id_order_type">Select the type of order</a>' in page
    assert page.count("Select the type of order") == 2
    assert page.startswith("<!DOCTYPE html>")
    assert "<title>Error: " in page
    wrong = client.post(
        f"/orders/drafts/{draft_id}/ask/dates", day("start_date", 2026, 3, 16) | day("end_date", 2026, 3, 15)
    ).content.decode()
    assert "The last day must be the same as or after the first day" in errors(wrong)
    assert "start_date" not in queries.draft(draft_id).document


def test_what_only_the_whole_order_can_tell_is_told_at_the_field(
    staff: dict[Role, Staff], signed_in: SignIn, order_id: str
) -> None:
    client = signed_in(staff[Role.PRACTITIONER])
    draft_id = varied(client, order_id)
    url = f"/orders/drafts/{draft_id}/ask/zone-dates/zone"
    answer = client.post(url, day("start_date", 2027, 3, 16))
    assert answer.status_code == 200
    assert any("it could never apply" in words for words in errors(answer.content.decode()))
    assert queries.draft(draft_id).document["conditions"][1]["start_date"] == "2026-03-02"


def test_a_limit_of_the_law_is_told_with_its_source_and_needs_a_reason(
    staff: dict[Role, Staff], signed_in: SignIn, order_id: str
) -> None:
    client = signed_in(staff[Role.PRACTITIONER])
    draft_id = varied(client, order_id)
    hours = {f"{name}_0_start": "08:00" for name in DAYS} | {f"{name}_0_end": "07:00" for name in DAYS}
    client.post(f"/orders/drafts/{draft_id}/ask/phase-hours/c1~0", hours)
    page = client.get(f"/orders/drafts/{draft_id}").content.decode()
    assert f"/orders/drafts/{draft_id}/ask/phase-hours/c1~0?from=check#id_monday_0_start" in page
    beside = client.get(f"/orders/drafts/{draft_id}/ask/phase-hours/c1~0").content.decode()
    assert "at most 20 h of curfew in any day" in beside
    assert "https://www.legislation.gov.uk" in beside
    form = Form(client, "")
    form.press(f"/orders/drafts/{draft_id}/propose")
    assert queries.draft(draft_id).state is DraftState.WRITING
    assert client.post(f"/orders/drafts/{draft_id}/findings", {}).status_code == 200
    assert len(accept(form, draft_id, "the court says so")) > 1
    form.press(f"/orders/drafts/{draft_id}/propose")
    assert queries.draft(draft_id).state is DraftState.PROPOSED
    senior = signed_in(staff[Role.SENIOR])
    assert "Accepted: the court says so" in senior.get(f"/orders/drafts/{draft_id}/sign").content.decode()


def test_what_changes_is_shown_in_words_and_field_by_field_before_it_is_signed(
    staff: dict[Role, Staff], signed_in: SignIn, order_id: str
) -> None:
    client = signed_in(staff[Role.PRACTITIONER])
    draft_id = varied(client, order_id)
    client.post(f"/orders/drafts/{draft_id}/ask/zone-name/zone", {"name": "The station"})
    page = client.get(f"/orders/drafts/{draft_id}/changes").content.decode()
    assert "In the exclusion zone zone, name changed from The centre to The station." in page
    assert "conditions[zone].name" in page
    assert "Do not go into the area called The centre." in page
    assert "Do not go into the area called The station." in page


def test_the_second_signer_is_told_that_it_is_signed(
    staff: dict[Role, Staff], signed_in: SignIn, order_id: str
) -> None:
    client = signed_in(staff[Role.PRACTITIONER])
    draft_id = varied(client, order_id)
    accept(Form(client, ""), draft_id)
    client.post(f"/orders/drafts/{draft_id}/propose")
    signed_in(staff[Role.SENIOR])
    digest = queries.draft(draft_id).digest
    first, second = (client.post(f"/orders/drafts/{draft_id}/sign", {"digest": digest}) for _ in range(2))
    assert first.headers["Location"] == f"/orders/{order_id}"
    told = client.get(second.headers["Location"]).content.decode()
    assert "somebody else signed, returned or changed this draft" in told
    assert len(queries.versions_of(order_id)) == 2


def test_what_was_in_force_is_answered_as_it_was_known(
    staff: dict[Role, Staff], signed_in: SignIn, order_id: str, clock: Any
) -> None:
    client = signed_in(staff[Role.PRACTITIONER])
    clock.now_us = NOW_US + 3 * DAY_US
    sent = client.post(
        f"/orders/{order_id}/excuse",
        day("from_day", 2026, 3, 9) | day("to_day", 2026, 3, 9)
        | {"from_clock": "20:00", "to_clock": "21:00", "reason": "medical", "proof": "card"},
    )  # fmt: skip
    assert sent.status_code == 302
    for known, number in ((11, 1), (12, 2)):
        asked = day("on_day", 2026, 3, 10) | day("known_day", 2026, 3, known)
        page = client.get(f"/orders/{order_id}/as-known", asked).content.decode()
        assert f"Version {number}</a> was in force" in page


def test_an_absence_is_authorised_on_its_page(
    staff: dict[Role, Staff], signed_in: SignIn, order_id: str
) -> None:
    client = signed_in(staff[Role.PRACTITIONER])
    url = f"/orders/{order_id}/absence"
    times = (
        day("from_day", 2026, 3, 10) | day("to_day", 2026, 3, 10) | {"from_clock": "7pm", "to_clock": "10pm"}
    )
    assert "Enter the reason" in errors(client.post(url, times).content.decode())
    backwards = client.post(url, times | {"reason": "a funeral", "to_clock": "6pm"})
    assert "The end must be after the start" in errors(backwards.content.decode())
    assert client.post(url, times | {"reason": "a funeral", "condition_ids": ["c1"]}).status_code == 302
    page = client.get(f"/orders/{order_id}").content.decode()
    assert "You may be away from 7pm on 10 March 2026 to 10pm on 10 March 2026." in page
    (absence,) = queries.versions_of(order_id)[-1].order.authorised_absences
    assert absence.authorised_by == staff[Role.PRACTITIONER].viewer.actor


def test_an_area_is_given_by_corners_or_by_a_known_place_without_a_map(
    staff: dict[Role, Staff], signed_in: SignIn, order_id: str
) -> None:
    client = signed_in(staff[Role.PRACTITIONER])
    draft_id = varied(client, order_id)
    form = Form(client, f"/orders/drafts/{draft_id}/ask/zone-area/zone")
    form.answer("zone-area", {"how": "points"})
    crossed = client.post(form.url, {"corners": "54.0, 1.5\n54.1, 1.6\n54.1, 1.5\n54.0, 1.6"})
    assert any("no edge crosses" in words for words in errors(crossed.content.decode()))
    form.answer("zone-area-points", {"corners": "54.0, 1.5\n54.1, 1.5\n54.1, 1.6"})
    page = client.get(form.url).content.decode()
    assert "An area with 3 corners (36.3 square km)" in page
    assert "It touches 1 Invented Street." in page
    assert "<svg" in page
    form.url = f"/orders/drafts/{draft_id}/ask/zone-area/zone"
    form.answer("zone-area", {"how": "known"})
    form.answer("zone-area-known", {"known": "0"})
    assert queries.draft(draft_id).document["conditions"][1]["area"]["radius_m"] == 30.0


def test_a_known_place_that_holds_the_home_is_told(
    staff: dict[Role, Staff], signed_in: SignIn, order_id: str
) -> None:
    client = signed_in(staff[Role.PRACTITIONER])
    draft_id = varied(client, order_id)
    circle = {"lat_deg": "54.0", "lon_deg": "1.5", "radius_m": "500"}
    client.post(f"/orders/drafts/{draft_id}/ask/zone-area-circle/zone", circle)
    page = client.get(f"/orders/drafts/{draft_id}/ask/zone-area-check/zone").content.decode()
    assert "It contains 1 Invented Street." in page


def test_an_answer_is_saved_for_later(staff: dict[Role, Staff], signed_in: SignIn) -> None:
    make_person("P1")
    client = signed_in(staff[Role.PRACTITIONER])
    form, draft_id = begun(client)
    sent = client.post(form.url, {"order_type": "community", "later": "yes"})
    assert sent.headers["Location"] == f"/orders/drafts/{draft_id}"
    assert "New order" in client.get("/orders/drafts").content.decode()
    assert (
        f"/orders/drafts/{draft_id}/ask/legal-basis"
        in client.get(f"/orders/drafts/{draft_id}").content.decode()
    )


def test_every_page_of_an_order_asks_the_database_a_bounded_number_of_times(
    staff: dict[Role, Staff], signed_in: SignIn, order_id: str, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(staff[Role.SENIOR])
    for hour in range(6):
        actions.add_authorised_absence(
            by=system("test"), now_us=NOW_US, order_id=order_id, condition_ids=["c1"],
            from_us=NOW_US + hour * DAY_US, to_us=NOW_US + hour * DAY_US + 1, reason="x",
        )  # fmt: skip
    draft_id = varied(client, order_id)
    for url in (
        f"/orders/{order_id}", f"/orders/{order_id}/versions/7", f"/orders/drafts/{draft_id}",
        f"/orders/drafts/{draft_id}/changes", f"/orders/drafts/{draft_id}/ask/zone-area-check/zone",
        f"/orders/drafts/{draft_id}/list/conditions",
    ):  # fmt: skip
        with django_assert_max_num_queries(25):
            assert client.get(url).status_code == 200


def test_drafts_come_in_pages_what_waits_for_a_signature_first(
    staff: dict[Role, Staff], signed_in: SignIn
) -> None:
    person = make_person("P1")
    by = staff[Role.PRACTITIONER].viewer
    first, *_ = [actions.start_order(by=by, now_us=NOW_US - n, person_id=person.pk) for n in range(120)]
    OrderDraft.objects.filter(draft_id=first).update(state=DraftState.PROPOSED, updated_us=0)
    client = signed_in(staff[Role.SENIOR])
    pages = [client.get("/orders/drafts", {"page": n}).content.decode() for n in (1, 2, 3)]
    assert [page.count('<tr class="govuk-table__row"><td') for page in pages] == [100, 20, 0]
    assert "Waiting for a signature (1)" in pages[0]
    assert "Being written (119)" in pages[0]
    assert "Read and sign" in pages[0]
    assert 'href="?page=2" rel="next"' in pages[0]
    assert "None on this page." in pages[1]
    assert 'rel="next"' not in pages[1]
    assert max(len(page.encode()) for page in pages) < 60 * 1024


def varied(client: Client, order_id: str) -> str:
    sent = client.post(
        f"/orders/{order_id}/vary",
        day("effective_day", 2026, 3, 10) | {"types": ["change_to_curfew_hours"], "why": "work"},
    )
    assert sent.status_code == 302, errors(sent.content.decode())
    return sent.headers["Location"].split("/")[3]
