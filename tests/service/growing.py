"""More of everything that pages list, so that a page that asks the database once a row shows it."""

from __future__ import annotations

from tests.service.casework.cases import plan
from tests.service.desk.tellings import incident, tell
from tests.service.makers import NOW_US, Staff, make_person, make_user
from tests.service.matrix import Seed
from tests.service.orders.examples import activation, curfew, order
from throughcare.kernel.time import DAY_US, HOUR_US
from throughcare.monitoring.incidents import IncidentKind
from throughcare.monitoring.intake import Reject as Refused
from throughcare.service.access.models import BreakGlass, Exclusion, Restriction
from throughcare.service.api.actions import make_key
from throughcare.service.api.scopes import ApiScope
from throughcare.service.audit.actions import record
from throughcare.service.desk.actions import take_in
from throughcare.service.desk.models import DeskEntry, DeskItem
from throughcare.service.monitoring.actions import Delivery, store_facts
from throughcare.service.monitoring.credentials import add_device
from throughcare.service.operations.models import LegalHold
from throughcare.service.orders import actions as orders
from throughcare.service.people.models import Alias, ContactPoint, Identifier, Person, PersonChange
from throughcare.service.roles import Role
from throughcare.service.viewer import system

BY = system("test")
KINDS = (IncidentKind.CURFEW_ABSENCE, IncidentKind.STRAP_TAMPER, IncidentKind.LOSS_OF_CONTACT)


def grow(seed: Seed, first: int, number: int, *, about_hidden: int = 1000) -> None:
    """Add so many of everything, numbered from ``first``: people with all that lists show, and more about the hidden.

    Parameters
    ----------
    about_hidden : int
        The hidden person gets no more than so many orders, records and incidents.
    """
    for n in range(first, first + number):
        person = make_person(f"G{n:03}", officer=seed.keeper.user)
        add_orders(person, seed.keeper, n)
        add_record(person, n)
        add_limits(person, seed.keeper)
        if n < about_hidden:
            add_orders(seed.hidden, seed.keeper, 500 + n)
            add_record(seed.hidden, 500 + n)
            add_about_hidden(seed, n)
        add_machinery(n)
    take_in(now_us=NOW_US)


def add_orders(person: Person, author: Staff, n: int) -> None:
    """Put an order, a draft and incidents of a person on record."""
    made = order(
        order_id=f"O-G{n}", wearer_ref=person.ref, conditions=[curfew()],
        activations=[activation(activation_id=f"A-G{n}", device_id=f"DG-{n}", home_unit_id=f"UG-{n}")],
    )  # fmt: skip
    orders.record_order(by=BY, now_us=NOW_US - 6 * DAY_US, person_id=person.pk, order=made)
    orders.start_order(by=author.viewer, now_us=NOW_US, person_id=person.pk)
    tell(incident(f"g{n}", person_ref=person.ref, kind=KINDS[n % 3]))
    tell(incident(f"h{n}", person_ref=person.ref, start_us=NOW_US - 5 * DAY_US, minutes=90))
    plan(person, NOW_US - DAY_US)


def add_record(person: Person, n: int) -> None:
    """Put names, numbers, contact points, changes and a view of a person on record."""
    Alias.objects.create(person=person, name=f"Zeph {n}")
    Identifier.objects.create(person=person, kind="crn", value=f"Y{100000 + n}")
    ContactPoint.objects.create(person=person, kind="mobile", value=f"07700 {n}")
    PersonChange.objects.create(person=person, at_us=NOW_US, by=BY.actor, part="name", before="x")
    record(viewer=BY, action="person_viewed", subject="page:x", at_us=NOW_US - HOUR_US, person_ref=person.ref)


def add_limits(person: Person, keeper: Staff) -> None:
    """Limit a record to the keeper, open it in an emergency, and hold it."""
    Restriction.objects.create(person=person, user=keeper.user, from_us=NOW_US - DAY_US, set_by=BY.actor)
    other = make_user(Role.SENIOR, name=f"senior-{person.ref}")
    for user in (other.user, keeper.user):
        BreakGlass.objects.create(
            person=person, user=user, purpose="cover", reason="r", at_us=NOW_US - HOUR_US,
            until_us=NOW_US + HOUR_US, review_due_us=NOW_US + DAY_US,
        )  # fmt: skip
    LegalHold.objects.create(person=person, reason="r", set_by=BY.actor, from_us=NOW_US)


def add_about_hidden(seed: Seed, n: int) -> None:
    """Add to what the examples of the walk point at: limits of the hidden person's record, steps of their item."""
    other = make_user(Role.PRACTITIONER, name=f"other-{n}")
    Exclusion.objects.create(person=seed.hidden, user=other.user, from_us=NOW_US - DAY_US, set_by=BY.actor)
    Restriction.objects.create(person=seed.hidden, user=other.user, from_us=NOW_US, set_by=BY.actor)
    item = DeskItem.objects.get(pk=seed.values["item"])
    actor = f"user:{other.user.pk}"
    DeskEntry.objects.create(item=item, at_us=NOW_US, by=actor, kind="note", words="r")
    record(
        viewer=other.viewer,
        action="person_viewed",
        subject="page:x",
        at_us=NOW_US - DAY_US,
        person_ref=seed.hidden.ref,
    )
    for state in ("suppressed", "merged"):
        tell(incident(f"{state}{n}", person_ref=seed.hidden.ref))
        take_in(now_us=NOW_US)
        into = item if state == "merged" else None
        DeskItem.objects.filter(incident_id=f"{state}{n}").update(state=state, merged_into=into)


def add_machinery(n: int) -> None:
    """Add a device with a refused row, and a key."""
    add_device(by=BY, now_us=NOW_US, device_id=f"DEV-{n}", is_gateway=False)
    refused = Refused(file="delivery", row=1, field="t", reason="missing_time", words="x", key=f"DEV-{n}")
    store_facts(delivery=Delivery(delivery_id=f"g{n}", rejects=(refused,)), now_us=NOW_US)
    make_key(by=BY, now_us=NOW_US, label=f"key {n}", scopes=list(ApiScope)[:1], days=30)
