"""The caseload: what is due, overdue, open, late, ending or new about each of an officer's cases, in few questions."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from django.utils.module_loading import import_string

from throughcare.adapters.reports.words import KIND_WORDS
from throughcare.kernel.time import DAY_US, civil_us, local_datetime
from throughcare.monitoring.incidents import IncidentKind
from throughcare.service.casework import queries
from throughcare.service.desk.queries.of_people import Handled, handled
from throughcare.service.monitoring.briefs import Brief, brief_incidents
from throughcare.service.orders.queries.of_people import Standing, standing_of
from throughcare.service.people.record import Allotted, allotted, cases_of
from throughcare.service.viewer import Viewer

ZONE = "Europe/London"
PAGE = 60
ENDS_SOON_US = 28 * DAY_US
CHANGES_WITHIN_US = 28 * DAY_US  # what changed longer ago is no news, looked at or not
_SAID_MOST = 3
PROMPTS = "throughcare.service.risk.prompts.prompts_for"  # by its name, because it stands in a higher app
Row = TypeVar("Row", Standing, Handled, Brief)


class Show(StrEnum):
    """Which cases a list shows."""

    ALL = "all"
    OVERDUE = "overdue"
    TODAY = "today"
    INCIDENTS = "incidents"
    CHANGES = "changes"
    LATE = "installation"
    ENDING = "ending"
    ASSESS = "assess"


SHOW_WORDS = {
    Show.ALL: "All",
    Show.OVERDUE: "Overdue",
    Show.TODAY: "Due today",
    Show.INCIDENTS: "Incidents open",
    Show.CHANGES: "Changed since you looked",
    Show.LATE: "Installation late",
    Show.ENDING: "Ends within 28 days",
    Show.ASSESS: "Assess anew",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case as the list shows it.

    Parameters
    ----------
    overdue, today : tuple of str
        What should have been done, and what is to be done on this civil day, in words.
    incidents : tuple of str
        The kinds of the incidents on the desk that are not settled, with their number.
    changes : tuple of str
        What is new since the viewer last opened the person's page, within 28 days.
    looked_us : int or None
        When that was; None where it never was.
    late_us : int or None
        Since when an installation is late.
    next_us : int or None
        The next planned contact.
    ends_us : int or None
        When an order ends, where that is within 28 days.
    assess : tuple of str
        Why their risk should be assessed anew; a prompt decides nothing.
    """

    ref: str
    name: str
    officer: str
    overdue: tuple[str, ...]
    today: tuple[str, ...]
    incidents: tuple[str, ...]
    changes: tuple[str, ...]
    looked_us: int | None
    late_us: int | None
    next_us: int | None
    ends_us: int | None
    assess: tuple[str, ...]

    def fits(self, show: Show) -> bool:
        """Return whether the case belongs to what a list shows."""
        return _FITS[show](self)


_FITS: dict[Show, Callable[[Case], bool]] = {
    Show.ALL: lambda case: True,
    Show.OVERDUE: lambda case: bool(case.overdue),
    Show.TODAY: lambda case: bool(case.today),
    Show.INCIDENTS: lambda case: bool(case.incidents),
    Show.CHANGES: lambda case: bool(case.changes),
    Show.LATE: lambda case: case.late_us is not None,
    Show.ENDING: lambda case: case.ends_us is not None,
    Show.ASSESS: lambda case: bool(case.assess),
}


@dataclass(frozen=True, slots=True)
class Caseload:
    """One page of a caseload; ``counts`` say how many cases each list would show."""

    cases: tuple[Case, ...]
    counts: dict[Show, int]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are; at least one."""
        return max(1, -(-self.total // PAGE))


def caseload(
    viewer: Viewer,
    *,
    now_us: int,
    user_id: int,
    officer_id: int | None,
    team_id: int | None,
    show: Show = Show.ALL,
    page: int = 1,
) -> Caseload:
    """Return one page of the cases of an officer or a team, what presses most first.

    The number of questions to the database does not depend on the number of cases.
    """
    people = cases_of(viewer, now_us=now_us, officer_id=officer_id, team_id=team_id).annotate(
        first_due_us=queries.first_due(),
        next_due_us=queries.next_due(now_us),
        look_us=queries.last_look(user_id),
    )
    found = list(people)
    refs = [person.ref for person in found]
    officers = allotted((person.pk for person in found), now_us=now_us)
    orders = standing_of(refs, now_us=now_us)
    facts = _Facts(
        officers={person.ref: officers.get(person.pk) for person in found},
        orders=_by_person(orders),
        prompts=prompts({person.pk: person.ref for person in found}, orders, now_us=now_us),
        items=_by_person(handled(refs, open_only=True)),
        told=_by_person(brief_incidents(refs, recorded_since_us=now_us - CHANGES_WITHIN_US)),
        now_us=now_us,
        midnight_us=_next_midnight_us(now_us),
    )
    cases = [
        _case(facts, person.ref, person.display_name, person.first_due_us, person.next_due_us, person.look_us)
        for person in found
    ]
    shown = sorted((case for case in cases if case.fits(show)), key=_pressing)
    last = max(1, -(-len(shown) // PAGE))
    number = min(max(1, page), last)
    return Caseload(
        cases=tuple(shown[(number - 1) * PAGE : number * PAGE]),
        counts={each: sum(case.fits(each) for case in cases) for each in Show},
        total=len(shown),
        page=number,
    )


def prompts(people: dict[int, str], orders: list[Standing], *, now_us: int) -> dict[str, tuple[str, ...]]:
    """Return why the risk of people should be assessed anew, by reference; nobody without a reason is in it."""
    ask: Callable[..., dict[str, tuple[str, ...]]] = import_string(PROMPTS)
    return ask(people, orders, now_us=now_us)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """What was asked of the other apps, by person."""

    officers: dict[str, Allotted | None]
    orders: dict[str, list[Standing]]
    items: dict[str, list[Handled]]
    told: dict[str, list[Brief]]
    prompts: dict[str, tuple[str, ...]]
    now_us: int
    midnight_us: int


def _by_person(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.person_ref, []).append(row)
    return found


def _case(
    facts: _Facts, ref: str, name: str, first_us: int | None, next_us: int | None, looked_us: int | None
) -> Case:
    items = [item for item in facts.items.get(ref, []) if not item.is_merged]
    orders = facts.orders.get(ref, [])
    officer = facts.officers[ref]
    overdue, today = _due(facts, first_us, next_us, items)
    late = [order.late_us for order in orders if order.late_us is not None]
    soon = facts.now_us + ENDS_SOON_US
    ending = [order.ends_us for order in orders if order.ends_us is not None and order.ends_us <= soon]
    return Case(
        ref=ref,
        name=name,
        officer="" if officer is None else officer.officer,
        overdue=overdue,
        today=today,
        incidents=_kinds_said(item.kind for item in items),
        changes=_changes(facts, facts.told.get(ref, []), orders, looked_us),
        looked_us=looked_us,
        late_us=min(late, default=None),
        next_us=next_us,
        ends_us=min(ending, default=None),
        assess=facts.prompts.get(ref, ()),
    )


def _due(
    facts: _Facts, first_us: int | None, next_us: int | None, items: list[Handled]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what is overdue and what is due before midnight, in words."""
    overdue, today = [], []
    if first_us is not None and first_us < facts.now_us:
        overdue.append("Say what came of a contact")
    if next_us is not None and next_us < facts.midnight_us:
        today.append(f"Contact at {local_datetime(next_us, ZONE):%H:%M}")
    for item in items:
        if item.due_us is not None and item.due_us < facts.midnight_us:
            words = f"Alert desk: {_kind(item.kind).lower()}"
            (overdue if item.due_us < facts.now_us else today).append(words)
    return tuple(dict.fromkeys(overdue)), tuple(dict.fromkeys(today))


def _changes(
    facts: _Facts, told: list[Brief], orders: list[Standing], looked_us: int | None
) -> tuple[str, ...]:
    since_us = max(looked_us or 0, facts.now_us - CHANGES_WITHIN_US)
    new = [brief for brief in told if brief.last_recorded_us > since_us]
    counted = Counter("taken back" if brief.status == "retracted" else "new or changed" for brief in new)
    said = [
        f"{number} {'incident' if number == 1 else 'incidents'} {words}"
        for words, number in sorted(counted.items())
    ]
    if any(order.signed_us > since_us for order in orders):
        said.append("order signed or varied")
    return tuple(said)


def _kinds_said(kinds: Iterable[str]) -> tuple[str, ...]:
    counted = Counter(kinds).most_common()
    said = [_kind(kind) + (f" ({number})" if number > 1 else "") for kind, number in counted[:_SAID_MOST]]
    rest = sum(number for _, number in counted[_SAID_MOST:])
    return (*said, f"{rest} more") if rest else tuple(said)


def _kind(kind: str) -> str:
    return KIND_WORDS[IncidentKind(kind)]


def _pressing(case: Case) -> tuple[bool, bool, bool, bool, str, str]:
    """Sort what is overdue before what is due today, before open incidents, before changes, then by name."""
    return (
        not case.overdue,
        not case.today,
        not case.incidents,
        not case.changes,
        case.name.casefold(),
        case.ref,
    )


def _next_midnight_us(now_us: int) -> int:
    today = local_datetime(now_us, ZONE).date()
    return civil_us(today + dt.timedelta(days=1), dt.time(0), ZONE)
