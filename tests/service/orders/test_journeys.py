"""The pages of orders as an officer and a senior use them: from a new order to a signed variation."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.service.makers import Staff, make_person
from throughcare.orders.vocabulary import ConditionKind
from throughcare.service.orders import queries
from throughcare.service.orders.vocabulary import DraftState
from throughcare.service.roles import Role

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
