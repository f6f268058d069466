"""What the service already knows about a question: facts to look at, and an answer where a fact is the answer.

A suggestion is never an answer: the officer confirms each item. Nothing here reads an equality field.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from throughcare.adapters.reports.words import KIND_WORDS
from throughcare.kernel.time import DAY_US, local_datetime
from throughcare.monitoring.incidents import IncidentKind
from throughcare.orders.history import in_force
from throughcare.orders.model import Order
from throughcare.service.casework.queries import ContactView, contacts_of
from throughcare.service.casework.vocabulary import ContactResult
from throughcare.service.monitoring.queries import IncidentView, incidents_of
from throughcare.service.orders.queries import histories, orders_of_person
from throughcare.service.people.record import Record, record_of
from throughcare.service.people.vocabulary import CONTACT_KIND_WORDS, SEX_WORDS, ContactKind, Sex
from throughcare.service.risk import queries
from throughcare.service.risk.scoring import Recorded

ZONE = "Europe/London"
LOOK_BACK_US = 183 * DAY_US
LOOK_BACK_WORDS = "in the last six months"
OFTEN = 3  # so many in the look-back, and the suggestion is the graver answer
_SCORED_SEX = {SEX_WORDS[Sex.MALE]: "male", SEX_WORDS[Sex.FEMALE]: "female"}
_DRINKING = frozenset({IncidentKind.DRINKING_EVENT, IncidentKind.ALCOHOL_SENSOR_OBSTRUCTED})
_KEEPING_TERMS = frozenset(
    {
        IncidentKind.CURFEW_ABSENCE,
        IncidentKind.ZONE_ENTRY,
        IncidentKind.ZONE_EXIT,
        IncidentKind.ATTENDANCE_MISSED,
        IncidentKind.STRAP_TAMPER,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """What is shown beside a question.

    Parameters
    ----------
    item : str
    value : str
        The suggested answer as text; empty where the facts suggest none.
    source : str
        Where the suggested answer comes from.
    recorded_on : date or None
    facts : tuple of str
        What is known, in words.
    fills : bool
        Whether the answer stands in the box already: only for what the record itself holds, never for a need.
    """

    item: str
    value: str = ""
    source: str = "system"
    recorded_on: dt.date | None = None
    facts: tuple[str, ...] = ()
    fills: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What was read of the record, once."""

    today: dt.date
    now_us: int
    record: Record
    orders: Sequence[Order]
    contacts: Sequence[ContactView]
    incidents: Sequence[IncidentView]
    last: dict[str, Recorded]
    last_on: dt.date | None


def known_about(person_id: int, ref: str, *, now_us: int) -> Known:
    """Return what the record holds that bears on a question."""
    histories_found = histories(summary.order_id for summary in orders_of_person(ref))
    orders = [
        in_force(history, at_us=now_us, known_at_us=now_us) or history.versions[-1]
        for history in histories_found.values()
    ]
    last = queries.last_decided(person_id)
    return Known(
        today=local_datetime(now_us, ZONE).date(),
        now_us=now_us,
        record=record_of(ref, now_us=now_us),
        orders=sorted(orders, key=lambda order: order.start_date, reverse=True),
        contacts=[
            each for each in contacts_of(person_id, limit=200) if each.planned_us > now_us - LOOK_BACK_US
        ],
        incidents=incidents_of([ref], from_us=now_us - LOOK_BACK_US),
        last={} if last is None else queries.answers(last.assessment_id),
        last_on=None if last is None else last.assessed_on,
    )


def suggestions(known: Known) -> dict[str, Suggestion]:
    """Return what to show beside each question of which something is known, by item."""
    found = {each.item: each for each in (*_from_last(known), *_from_record(known))}
    for each in _from_events(known):
        before = found.get(each.item)
        found[each.item] = each if before is None else _joined(before, each)
    return found


def _joined(before: Suggestion, now: Suggestion) -> Suggestion:
    """Return both sets of facts; the newer answer where there is one."""
    chosen = now if now.value else before
    return Suggestion(
        item=now.item,
        value=chosen.value,
        source=chosen.source,
        recorded_on=chosen.recorded_on,
        facts=(*before.facts, *now.facts),
        fills=before.fills and not now.value,
    )


def _from_last(known: Known) -> Iterable[Suggestion]:
    """Yield the answers of the last decided assessment; days of that assessment itself are left out."""
    if known.last_on is None:
        return
    said = f"{known.last_on.day} {known.last_on:%B %Y}"
    for item, row in known.last.items():
        if row.value and item != "assessment_date":
            yield Suggestion(
                item=item,
                value=row.value,
                source=row.source,
                recorded_on=row.recorded_on,
                facts=(f"At the assessment of {said}: {row.words}.",),
            )


def _from_record(known: Known) -> Iterable[Suggestion]:
    """Yield what the record itself holds: these stand in the boxes, to be checked."""
    yield _filled(known, "assessment_date", known.today.isoformat(), "Today.")
    yield _filled(known, "date_of_birth", known.record.date_of_birth.isoformat(), "On the person's record.")
    sex = _SCORED_SEX.get(known.record.sex)
    if sex is None:
        yield Suggestion(
            item="sex",
            facts=(f"On the person's record: {known.record.sex.lower()}. The formulas know two forms.",),
        )
    else:
        yield _filled(known, "sex", sex, "On the person's record.")
    convicted = next((order for order in known.orders if order.convicted_on is not None), None)
    if convicted is not None and convicted.convicted_on is not None:
        words = f"In order {convicted.order_id}."
        yield _filled(known, "conviction_date", convicted.convicted_on.isoformat(), words)
    if known.orders:
        order = known.orders[0]
        words = f"First day of order {order.order_id}. Check that it is the day of release or sentence."
        yield _filled(known, "follow_up_start", order.start_date.isoformat(), words)
        if order.start_date <= known.today and (order.end_date is None or order.end_date >= known.today):
            words = f"Order {order.order_id} runs in the community."
            yield _filled(known, "supervision_status", "community", words)


def _filled(known: Known, item: str, value: str, words: str) -> Suggestion:
    return Suggestion(item=item, value=value, recorded_on=known.today, facts=(words,), fills=True)


def _from_events(known: Known) -> Iterable[Suggestion]:
    """Yield what contacts, incidents and addresses say of needs: facts, and an answer where they are the answer."""
    kinds = Counter(IncidentKind(each.kind) for each in known.incidents)
    drinking = sum(kinds[kind] for kind in _DRINKING)
    if drinking:
        said = (_counted(drinking, "report of the alcohol tag", "reports of the alcohol tag"),)
        level = "significant" if drinking >= OFTEN else "some"
        for item in ("alcohol_use", "binge_drinking"):
            yield Suggestion(item=item, value=level, recorded_on=known.today, facts=said)
    yield from _home(known)
    facts = (*_missed(known), *_terms(kinds))
    if facts:
        for item in ("attitudes_to_offending", "impulsivity", "offending_activities"):
            yield Suggestion(item=item, facts=facts)


def _home(known: Known) -> Iterable[Suggestion]:
    addresses = [
        each for each in known.record.reached if each.kind == CONTACT_KIND_WORDS[ContactKind.ADDRESS]
    ]
    asked = sorted({place.label for order in known.orders[:1] for place in order.places})
    facts = [f"The order names {len(asked)} address{'' if len(asked) == 1 else 'es'}."] if asked else []
    facts.append(
        "An address is on the record." if addresses else "No address is among the ways to reach them."
    )
    yield Suggestion(item="accommodation", facts=tuple(facts))
    yield Suggestion(item="no_fixed_abode", facts=tuple(facts))


def _missed(known: Known) -> tuple[str, ...]:
    missed = sum(each.result == ContactResult.DID_NOT_COME for each in known.contacts)
    kept = sum(each.result == ContactResult.CAME for each in known.contacts)
    if not missed and not kept:
        return ()
    return (f"Contacts {LOOK_BACK_WORDS}: {kept} took place, {missed} missed without a word.",)


def _terms(kinds: Counter[IncidentKind]) -> tuple[str, ...]:
    return tuple(
        _counted(number, f"incident: {KIND_WORDS[kind].lower()}", f"incidents: {KIND_WORDS[kind].lower()}")
        for kind, number in sorted(kinds.items())
        if kind in _KEEPING_TERMS
    )


def _counted(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}, {LOOK_BACK_WORDS}."
