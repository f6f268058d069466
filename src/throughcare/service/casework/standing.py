"""How things stand with one person: orders in plain words with their calendars, live status, incidents, documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from throughcare.adapters.reports.words import KIND_WORDS
from throughcare.kernel.time import MINUTE_US, Interval, local_datetime, span
from throughcare.monitoring.evidence import WITHHELD
from throughcare.monitoring.incidents import IncidentKind
from throughcare.monitoring.presence import Presence
from throughcare.orders.history import OrderHistory, in_force
from throughcare.orders.model import Order
from throughcare.orders.plain_words import order_words
from throughcare.service.casework.calendar import Day, Held, days_of
from throughcare.service.casework.vocabulary import DayState
from throughcare.service.desk.queries.of_people import Handled, handled
from throughcare.service.desk.vocabulary import OUTCOME_WORDS, STATE_WORDS, ItemState, Outcome, Suppression
from throughcare.service.monitoring.briefs import evaluated_until
from throughcare.service.monitoring.queries import IncidentView, LiveStatus, incidents_of, live_status
from throughcare.service.orders.queries import (
    ActivationSpan,
    OrderSummary,
    RegisterEntry,
    activations_of_person,
    histories,
    orders_of_person,
    register_entries,
)

WHOLE = 3  # orders shown whole on a person's page
_ENDED = 2
STALE_US = 15 * MINUTE_US  # what was worked out longer ago is told as past, not as now
_STATUS = {Presence.INSIDE: "As asked", Presence.OUTSIDE: "Not as asked", Presence.UNKNOWN: "Unknown"}
_MADE_BY_OUTCOME = {
    Outcome.RETRACTED: None,
    Outcome.AUTHORISED_ABSENCE: DayState.EXCUSED,
    Outcome.REASONABLE_EXCUSE: DayState.EXCUSED,
    Outcome.EQUIPMENT_FAULT: DayState.UNKNOWN,
    Outcome.CANNOT_TELL: DayState.UNKNOWN,
    Outcome.DECIDED: DayState.DECIDED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderStanding:
    """One order: what it asks, how its installation goes, its calendar. ``in_force`` is False of an ended or coming one.

    One that is not ``whole`` has neither words nor days: it is one line of the page.
    """

    summary: OrderSummary
    order: Order
    in_force: bool
    whole: bool
    words: tuple[str, ...]
    entry: RegisterEntry | None
    days: tuple[Day, ...]
    versions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """One demand of an order as it stands: ``words`` and ``confidence`` say how sure; ``since_us`` since when."""

    label: str
    words: str
    confidence: str
    since_us: int
    demanded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """What is known of one tag now. ``is_stale``: worked out too long ago to say anything of now."""

    status: LiveStatus
    until_us: int | None
    is_stale: bool
    watched: tuple[Watched, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One incident in the list. Of one near a protected person only the day is shown: times would place that person."""

    incident_id: str
    kind: str
    code: str
    when: str
    length_s: float | None
    engine: str
    state: str
    outcome: str
    item_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the engine told of a person, taken back or not, the newest first, and what staff made of it."""

    incidents: Sequence[IncidentView]
    handled: dict[str, Handled]


def told_of(person_ref: str) -> Told:
    """Return the incidents of a person with what staff made of each, with two questions."""
    return Told(
        incidents=incidents_of([person_ref], retracted=True),
        handled={item.incident_id: item for item in handled([person_ref])},
    )


def orders_standing(
    person_ref: str, *, now_us: int, told: Told | None, opened: str = ""
) -> list[OrderStanding]:
    """Return the person's orders: those in force, those to come, then those that ended; the calendar where told.

    The first :data:`WHOLE` that have not ended are whole, each some 27 KB of page; the others are a line.

    Parameters
    ----------
    opened : str
        The id of one more that is to be whole, such as one that has ended.
    """
    with_days = told is not None
    summaries = orders_of_person(person_ref)
    found = histories(summary.order_id for summary in summaries)
    spans = activations_of_person(person_ref)
    known = _Known(
        spans=spans,
        until=evaluated_until(item.activation_id for item in spans) if with_days else {},
        incidents=[] if told is None else [view for view in told.incidents if not view.retracted],
        handled={} if told is None else told.handled,
        entries=register_entries(summary.order_id for summary in summaries),
        now_us=now_us,
    )
    ranked = sorted(summaries, key=lambda item: _place(item, now_us))
    first = {item.order_id for item in ranked[:WHOLE] if _place(item, now_us)[0] < _ENDED} | {opened}
    return [
        _order_standing(item, found[item.order_id], known, whole=item.order_id in first, with_days=with_days)
        for item in ranked
    ]


def _place(item: OrderSummary, now_us: int) -> tuple[int, int]:
    """Return where an order stands in the list: running ones, the last to start first; next ones; the last to end."""
    if item.runs_at(now_us):
        return 0, -item.starts_us
    return (1, item.starts_us) if item.starts_us > now_us else (_ENDED, -(item.ends_us or 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    spans: Sequence[ActivationSpan]
    until: dict[str, int]
    incidents: Sequence[IncidentView]
    handled: dict[str, Handled]
    entries: dict[str, RegisterEntry]
    now_us: int


def _order_standing(
    summary: OrderSummary, history: OrderHistory, known: _Known, *, whole: bool, with_days: bool
) -> OrderStanding:
    order_now = in_force(history, at_us=known.now_us, known_at_us=known.now_us)
    entry = known.entries.get(summary.order_id)
    return OrderStanding(
        summary=summary,
        order=order_now or history.versions[-1],
        in_force=order_now is not None,
        whole=whole,
        words=order_words(order_now or history.versions[-1]) if whole else (),
        entry=entry,
        days=_days(summary.order_id, history, entry, known) if whole and with_days else (),
        versions=len(history.versions),
    )


def _days(
    order_id: str, history: OrderHistory, entry: RegisterEntry | None, known: _Known
) -> tuple[Day, ...]:
    spans = [item for item in known.spans if item.order_id == order_id]
    heard_us = None if entry is None else entry.first_contact_us
    worn = [] if heard_us is None else [part for item in spans if (part := _from(item.interval, heard_us))]
    evaluated = [
        part
        for item in spans
        if (until_us := known.until.get(item.activation_id)) is not None
        and until_us > item.interval.start_us
        and (part := item.interval.intersect(Interval(item.interval.start_us, until_us))) is not None
    ]
    held = [
        _held(view, known.handled.get(view.incident_id), known.now_us)
        for view in known.incidents
        if view.order_id == order_id
    ]
    return days_of(history, now_us=known.now_us, worn=worn, evaluated=evaluated, incidents=held)


def _from(interval: Interval, first_us: int) -> Interval | None:
    start_us = max(interval.start_us, first_us)
    return span(start_us, interval.stop_us) if start_us < interval.stop_us else None


def _held(view: IncidentView, item: Handled | None, now_us: int) -> Held:
    end_us = now_us if view.end_us is None else view.end_us
    return Held(
        interval=Interval(view.start_us, max(end_us, view.start_us + 1)),
        kind=IncidentKind(view.kind),
        makes=_makes(view, item),
    )


def _makes(view: IncidentView, item: Handled | None) -> DayState | None:
    """Return what an incident makes of its night: what staff settled first, then what allowances leave of it."""
    if item is not None and item.outcome:
        return _MADE_BY_OUTCOME[Outcome(item.outcome)]
    covered = bool(view.body.get("allowed")) and view.body.get("atv_s", 1.0) <= 0
    if covered or (item is not None and item.suppressed == Suppression.COVERED):
        return DayState.EXCUSED
    return DayState.OPEN


def live_now(person_ref: str, *, now_us: int, orders: dict[str, Order]) -> list[Live]:
    """Return what is known now of each tag that is worn; how old it is, how sure, and ``Unknown`` where it is not known."""
    worn = live_status(person_ref, now_us, worn_only=True)
    until = evaluated_until(status.activation_id for status in worn)
    return [_live(status, until.get(status.activation_id), now_us, orders) for status in worn]


def _live(status: LiveStatus, until_us: int | None, now_us: int, orders: dict[str, Order]) -> Live:
    order = orders.get(status.order_id)
    watched = tuple(
        Watched(
            label=_label(order, watch.condition_id, watch.kind),
            words=_STATUS[watch.presence],
            confidence=""
            if watch.presence is Presence.UNKNOWN
            else _confidence(watch.presence, watch.probability),
            since_us=watch.since_us,
            demanded=watch.demanded,
        )
        for watch in status.watches
    )
    stale = until_us is None or now_us - until_us > STALE_US
    return Live(status=status, until_us=until_us, is_stale=stale, watched=watched)


def _confidence(presence: Presence, compliance: float) -> str:
    """Return how strong the evidence is, in words: the odds behind it are no measured share, so no number is shown."""
    share = compliance if presence is Presence.INSIDE else 1.0 - compliance
    return "strong" if share > 0.99 else "good" if share > 0.9 else "weak"


def _label(order: Order | None, condition_id: str, kind: str) -> str:
    """Return what is asked, by the order's own word for it where it has one."""
    asked = {
        IncidentKind.CURFEW_ABSENCE: "Be at the curfew address",
        IncidentKind.ZONE_ENTRY: "Stay out of the zone",
        IncidentKind.ZONE_BUFFER: "Stay out of the warning ring of the zone",
        IncidentKind.ZONE_EXIT: "Stay in the zone",
        IncidentKind.ATTENDANCE_MISSED: "Be at the appointment",
    }.get(IncidentKind(kind), KIND_WORDS[IncidentKind(kind)])
    conditions = () if order is None else order.conditions
    name = next((getattr(item, "name", "") for item in conditions if item.condition_id == condition_id), "")
    return f"{asked}: {name}" if name else asked


def incidents_listed(told: Told, *, from_us: int, to_us: int) -> list[Listed]:
    """Return the incidents that overlap ``[from_us, to_us)``, those taken back too, the newest first."""
    return [
        _listed(view, told.handled.get(view.incident_id))
        for view in told.incidents
        if view.start_us < to_us and (view.end_us is None or view.end_us > from_us)
    ]


def _listed(view: IncidentView, item: Handled | None) -> Listed:
    kind = IncidentKind(view.kind)
    closed = kind in WITHHELD
    local = local_datetime(view.start_us, "Europe/London")
    when = f"{local.day} {local:%b %Y}" + ("" if closed else f", {local:%H:%M}")
    return Listed(
        incident_id=view.incident_id,
        kind=KIND_WORDS[kind],
        code=view.code,
        when=when,
        length_s=None if closed or view.best_s <= 0 else view.best_s,
        engine="Taken back" if view.retracted else "Can still change" if view.status == "open" else "Final",
        state="" if item is None else STATE_WORDS[ItemState(item.state)],
        outcome="" if item is None or not item.outcome else OUTCOME_WORDS[Outcome(item.outcome)],
        item_id=None if item is None else item.item_id,
    )
