"""The month behind the demonstration, written into the record in the order in which it happened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from throughcare.kernel.time import instant_us
from throughcare.orders.model import Order
from throughcare.runners.loading import Progress
from throughcare.service.accounts.actions import create_user, grant_role
from throughcare.service.monitoring.credentials import add_device
from throughcare.service.monitoring.past import Past
from throughcare.service.monitoring.queries import incidents_of
from throughcare.service.monitoring.taking_over import take_over, take_over_files, take_over_orders
from throughcare.service.operations.demonstration.assessing import AssessmentWork
from throughcare.service.operations.demonstration.cast import (
    CENTRE,
    PASSWORD,
    REGION,
    TEAMS,
    Cast,
    Member,
    people,
    staff,
)
from throughcare.service.operations.demonstration.cohorts import Lived
from throughcare.service.operations.demonstration.contacts import ContactWork
from throughcare.service.operations.demonstration.desk_work import DeskWork
from throughcare.service.operations.demonstration.installing import write_fitting_visit
from throughcare.service.orders.actions import record_order
from throughcare.service.people.taking_on import Known, take_on_people, take_on_team
from throughcare.service.roles import SCOPES, Role, Scope
from throughcare.service.viewer import system

BY = system("demonstration")
GATEWAY, GATEWAY_KEY = "demonstration-gateway", "gateway_key"
TOGETHER = 20  # activations a transaction


def write_cast(*, seed: int, count: int, from_us: int, progress: Progress) -> Cast:
    """Make the teams, the staff and the people; return who is there."""
    rng = _generator(seed, 9)
    teams = {
        name: take_on_team(by=BY, now_us=from_us, organisation=REGION, kind="probation", name=name)
        for name in TEAMS
    }
    take_on_team(by=BY, now_us=from_us, organisation=CENTRE, kind="monitoring", name="Desk")
    members = staff(rng=rng)
    ids = {}
    for done, member in enumerate(members, 1):
        ids[member.username] = _employ(member, teams, from_us)
        progress("staff", done, len(members))
    officers = [m for m in members if m.role is Role.PRACTITIONER]
    crowd = people(rng=rng, count=count, officers=officers)
    known = [
        Known(
            ref=one.ref,
            given_name=one.given_name,
            family_name=one.family_name,
            date_of_birth=one.date_of_birth,
            sex=one.sex,
            mobile=one.mobile,
            team_id=teams[one.team],
            officer_id=ids[one.officer],
            from_us=from_us,
        )
        for one in crowd
    ]
    keys = take_on_people(by=BY, now_us=from_us, people=known)
    return Cast({m.username: m for m in members}, ids, keys, {one.ref: one.officer for one in crowd})


def _employ(member: Member, teams: dict[str, int], from_us: int) -> int:
    user_id = create_user(
        by=BY,
        now_us=from_us,
        username=member.username,
        full_name=member.full_name,
        email=f"{member.username}@example.org",
        password=PASSWORD if member.has_password else None,
    )
    team_id = teams[str(member.team)] if SCOPES[member.role] is Scope.TEAM else None
    grant_role(by=BY, now_us=from_us, user_id=user_id, role=member.role, team_id=team_id)
    return user_id


def write_orders(*, cast: Cast, orders: Iterable[Order], now_us: int, progress: Progress) -> list[Order]:
    """Record the versions that are known by now, oldest first, with their visits; return the ones still to come."""
    every = sorted(orders, key=lambda order: (order.recorded_at, order.order_id, order.version))
    fitted = {order.order_id: order for order in every if order.version == 2}
    past = [order for order in every if instant_us(order.recorded_at) <= now_us]
    for done, order in enumerate(past, 1):
        signer, person_id = cast.signer(order.wearer_ref), cast.person_ids[order.wearer_ref]
        record_order(by=signer, now_us=instant_us(order.recorded_at), person_id=person_id, order=order)
        if order.version == 1 and order.order_id in fitted:
            write_fitting_visit(cast=cast, order=order, fitted=fitted[order.order_id], number=done)
        if done % 10 == 0 or done == len(past):
            progress("orders", done, len(past))
    return [order for order in every if instant_us(order.recorded_at) > now_us]


def write_monitoring(*, lived: Sequence[Lived], now_us: int, progress: Progress) -> int:
    """Write what the engine made of the month, and the files of the archive; return the number of events."""
    take_over_files(files=[part for cohort in lived for part in cohort.parts], now_us=now_us)
    pasts: list[Past] = [past for cohort in lived for past in cohort.pasts]
    events = 0
    for first in range(0, len(pasts), TOGETHER):
        events += take_over(pasts=pasts[first : first + TOGETHER], now_us=now_us)
        progress("monitoring", min(first + TOGETHER, len(pasts)), len(pasts))
    take_over_orders(now_us=now_us)
    return events


def write_desk(*, cast: Cast, now_us: int, seed: int, progress: Progress) -> int:
    """Write what the staff did about every incident, and return how many deeds that were."""
    views = incidents_of(cast.person_ids, retracted=True)
    work = DeskWork(cast=cast, rng=_generator(seed, 10), now_us=now_us)
    return work.write(views, progress=progress)


def write_contacts(*, cast: Cast, orders: Iterable[Order], now_us: int, seed: int, progress: Progress) -> int:
    """Write the officers' contacts with their people since each one's order, and return how many there are."""
    since = {order.wearer_ref: instant_us(order.recorded_at) for order in orders if order.version == 1}
    work = ContactWork(cast=cast, rng=_generator(seed, 11), now_us=now_us)
    return work.write(sorted(since.items()), progress=progress)


def write_assessments(
    *, cast: Cast, orders: Iterable[Order], now_us: int, seed: int, progress: Progress
) -> int:
    """Write the assessments of risk of a share of the people, and return how many there are."""
    refs = sorted({order.wearer_ref for order in orders})
    return AssessmentWork(cast=cast, rng=_generator(seed, 12), now_us=now_us).write(refs, progress=progress)


def _generator(seed: int, part: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(part,))))


def write_gateway(*, now_us: int) -> str:
    """Let the gateway of the simulated tags deliver, and return its key."""
    return add_device(by=BY, now_us=now_us, device_id=GATEWAY, is_gateway=True)[1]
