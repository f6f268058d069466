"""What a person is told of what is recorded about them: all of it, in plain words, and nobody else's."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.apps import apps
from django.test import Client

from tests.service import matrix
from tests.service.makers import NOW_US, Staff, make_person, make_user
from tests.service.orders.examples import activation, order
from throughcare.kernel.time import DAY_US, MINUTE_US
from throughcare.monitoring.status import StatusKind
from throughcare.service.access.models import Exclusion, Restriction
from throughcare.service.audit.models import Entry
from throughcare.service.monitoring.models import IncidentRow, PositionRow, StatusRow
from throughcare.service.operations.disclosure import CLOSED, EXPORTS, IN_A_TABLE, NOT_ABOUT
from throughcare.service.operations.subject_access import sections, write_bundle
from throughcare.service.orders.actions import record_order
from throughcare.service.people.models import Person
from throughcare.service.roles import Role
from throughcare.service.viewer import system

pytestmark = pytest.mark.django_db
OURS = [model for model in apps.get_models() if model.__module__.startswith("throughcare.service.")]


@pytest.mark.parametrize("label", sorted(model._meta.label for model in OURS))
def test_every_model_is_told_or_holds_nothing_about_a_person(label: str) -> None:
    places = [{export.model for export in EXPORTS}, set(IN_A_TABLE), set(CLOSED), set(NOT_ABOUT)]
    assert sum(label in place for place in places) == 1, (
        f"{label}: say in operations/disclosure.py what a person is told of it, or why it holds nothing about them"
    )


@pytest.mark.parametrize("export", EXPORTS, ids=lambda export: export.model)
def test_every_field_is_told_or_withheld_for_a_reason(export) -> None:
    names = {field.name for field in apps.get_model(export.model)._meta.concrete_fields}
    assert set(export.told) | set(export.withheld) == names, "decide it in operations/disclosure.py"
    assert not set(export.told) & set(export.withheld)


def make_record() -> Person:
    """Return a person with an order, three positions, an incident and somebody else near."""
    person = make_person("P1")
    made = order(activations=[activation()])
    record_order(by=system("test"), now_us=NOW_US, person_id=person.pk, order=made)
    for number in range(3):
        PositionRow.objects.create(
            activation_id="A1", device_id="D1", t_us=NOW_US - number * MINUTE_US, received_us=NOW_US,
            lat_deg=54.0, lon_deg=1.5, accuracy_m=9.0, source=0, digest=str(number),
        )  # fmt: skip
    StatusRow.objects.create(
        activation_id="A1", device_id="D1", t_us=NOW_US, received_us=NOW_US, kind=int(StatusKind.STRAP_OPEN), digest="s",
    )  # fmt: skip
    for kind in ("curfew_absence", "victim_proximity"):
        IncidentRow.objects.create(
            incident_id=f"I-{kind}", activation_id="A1", person_ref="P1", order_id="O1", kind=kind, code="AL08",
            status="closed", start_us=NOW_US - DAY_US - 7, detected_us=NOW_US - DAY_US, revision=1,
            first_recorded_us=NOW_US, last_recorded_us=NOW_US, confidence=0.9, best_s=60.0,
            body={"protected_ref": "VICTIM-7", "why": [{"protected_ref": "VICTIM-7"}]},
        )  # fmt: skip
    return person


def unpacked(data: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return {name: file.read(name).decode() for name in file.namelist()}


def test_the_bundle_holds_pages_data_and_positions(tmp_path: Path) -> None:
    make_record()
    bundle = write_bundle("P1", to=tmp_path / "record.zip", now_us=NOW_US)
    data = (tmp_path / "record.zip").read_bytes()
    parts = unpacked(data)
    assert bundle.digest == hashlib.sha256(data).hexdigest()
    rows = list(csv.DictReader(parts["positions.csv"].splitlines()))
    assert [row["at"] for row in rows] == [
        "2026-03-09T11:58:00Z",
        "2026-03-09T11:59:00Z",
        "2026-03-09T12:00:00Z",
    ]
    assert (rows[0]["tag"], bundle.positions) == ("D1", 3)
    assert parts["statuses.csv"].splitlines()[1:] == ['"2026-03-09T12:00:00Z","D1","strap_open",']
    record = json.loads(parts["record.json"])["record"]
    assert record["people.Person"]["rows"][0]["family_name"] == "FamilyP1"
    assert record["orders.OrderVersion"]["rows"][0]["document"]["places"][0]["label"] == "1 Invented Street"
    for words in ("Family name", "FamilyP1", "Tags that you wore", "Curfew absence", "Tue 3 Mar 2026"):
        assert words in parts["record.html"], words


def test_what_places_or_names_somebody_else_is_withheld(tmp_path: Path) -> None:
    person = make_record()
    senior = make_user(Role.SENIOR, name="Unusualname")
    Exclusion.objects.create(
        person=person, user=senior.user, from_us=NOW_US, message="lives next door", set_by=senior.viewer.actor
    )
    write_bundle("P1", to=tmp_path / "record.zip", now_us=NOW_US)
    whole = str(unpacked((tmp_path / "record.zip").read_bytes()))
    for secret in ("VICTIM-7", "Unusualname", "next door", senior.viewer.actor, "system:test"):
        assert secret not in whole, secret
    near = next(section for section in sections("P1") if section.model == "monitoring.IncidentRow").data[1]
    assert {value for name, value in near.items() if name != "kind"} == {"withheld"}


def test_nothing_of_anybody_else_is_in_it(tmp_path: Path) -> None:
    make_record()
    matrix.make_hidden(make_user(Role.PRACTITIONER).user)
    write_bundle("P1", to=tmp_path / "record.zip", now_us=NOW_US)
    whole = str(unpacked((tmp_path / "record.zip").read_bytes()))
    assert not [secret for secret in matrix.SECRETS if secret in whole]


def test_an_auditor_makes_it_in_one_step_and_the_log_says_who_received_it(
    signed_in: Callable[[Staff], Client],
) -> None:
    make_record()
    client = signed_in(make_user(Role.AUDITOR))
    answer = client.post("/retention/subject-access", {"reference": "P1", "recipient": "The person"})
    assert answer.headers["Content-Disposition"] == 'attachment; filename="record.zip"'
    assert set(unpacked(answer.content)) == {
        "positions.csv",
        "statuses.csv",
        "record.html",
        "record.json",
    }
    entry = Entry.objects.get(action="record_disclosed")
    assert (entry.person_ref, entry.recipient, entry.detail["positions"]) == ("P1", "The person", 3)
    assert entry.detail["sha256"] == hashlib.sha256(answer.content).hexdigest()


def test_a_record_that_is_closed_to_the_auditor_is_as_if_there_were_none(
    signed_in: Callable[[Staff], Client],
) -> None:
    person, senior = make_record(), make_user(Role.SENIOR)
    Restriction.objects.create(person=person, user=senior.user, from_us=NOW_US, set_by="x")
    client = signed_in(make_user(Role.AUDITOR))
    pages = [
        client.post("/retention/subject-access", {"reference": ref, "recipient": "x"}).content.decode()
        for ref in ("P1", "P9")
    ]
    assert all("There is no record with this reference" in page for page in pages)
