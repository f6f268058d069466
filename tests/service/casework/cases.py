"""A full caseload: people with orders, incidents on the desk, contacts, late installations and orders that end."""

from __future__ import annotations

from tests.service.desk.tellings import incident, tell
from tests.service.makers import NOW_US, make_person
from tests.service.orders.examples import activation, curfew, order
from throughcare.kernel.time import DAY_US, HOUR_US
from throughcare.monitoring.incidents import IncidentKind
from throughcare.service.accounts.models import User
from throughcare.service.casework.models import Contact
from throughcare.service.desk.actions import take_in
from throughcare.service.orders.actions import record_order
from throughcare.service.people.models import Person
from throughcare.service.viewer import system

KINDS = (IncidentKind.CURFEW_ABSENCE, IncidentKind.STRAP_TAMPER, IncidentKind.LOSS_OF_CONTACT)


def make_cases(number: int, *, officer: User) -> list[Person]:
    """Return people of the officer; every third has an incident, a contact due or an order that ends."""
    people = []
    for n in range(number):
        person = make_person(f"C{n:03}", officer=officer)
        ends = "2026-03-25" if n % 3 == 0 else "2026-06-01"
        made = order(
            order_id=f"O-{person.ref}",
            wearer_ref=person.ref,
            end_date=ends,
            conditions=[curfew(end_date=ends, phases=[{**curfew()["phases"][0], "end_date": ends}])],
            activations=[
                activation(activation_id=f"A-{person.ref}", device_id=f"D-{n}", home_unit_id=f"U-{n}")
            ],
        )
        record_order(by=system("test"), now_us=NOW_US - 6 * DAY_US, person_id=person.pk, order=made)
        if n % 3 == 1:
            tell(incident(f"i{n}", person_ref=person.ref, kind=KINDS[n % 3]))
            tell(incident(f"j{n}", person_ref=person.ref, start_us=NOW_US - 5 * DAY_US, minutes=90))
        if n % 3 == 2:
            plan(person, NOW_US - DAY_US)
            plan(person, NOW_US + 3 * HOUR_US)
        people.append(person)
    take_in(now_us=NOW_US)
    return people


def plan(person: Person, at_us: int) -> Contact:
    """Put a planned contact on record."""
    return Contact.objects.create(person=person, planned_us=at_us, channel="office", planned_by="user:1")
