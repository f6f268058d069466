"""What officers decided beside the scores, over everybody: directions, reasons, groups and what came later; small cells hidden."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from throughcare.kernel.disclosure import MINIMUM_CELL, protect_list, protect_table, rounded
from throughcare.kernel.time import DAY_US
from throughcare.service.desk.queries.of_people import Enforced, enforcement_of
from throughcare.service.people.equality import groups_of
from throughcare.service.risk.models import Decision
from throughcare.service.risk.scoring import Levels
from throughcare.service.risk.vocabulary import (
    DIRECTION_WORDS,
    REASON_WORDS,
    AssessmentState,
    Direction,
    Level,
    OverrideReason,
)

FOLLOW_DAYS = 90
LEAST = MINIMUM_CELL
ROUNDED_TO = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """One decision that holds."""

    person_id: int
    person_ref: str
    direction: Direction
    reasons: tuple[OverrideReason, ...]
    own: Level
    bands: Levels
    level: Level
    decided_us: int


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: its words, then a count for each column and their sum; None where it is not shown."""

    words: str
    counts: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Counts of decisions by two things, with their sums."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Oversight:
    """Everything that the page shows."""

    total: int | None
    directions: tuple[Row, ...]
    tables: tuple[Table, ...]


COLUMNS = tuple(Direction)
_COLUMN_WORDS = (*(DIRECTION_WORDS[each] for each in COLUMNS), "All")


def oversight(*, now_us: int, field: str = "") -> Oversight:
    """Return the counts over every decided assessment; closed records count too, and nobody can tell whether they do.

    Parameters
    ----------
    field : str
        An equality field to count by; empty for none. Only counts come out of it.
    """
    found = _decided()
    tables = [
        _table(
            "Reasons that were given (a decision may name several)", found, _reasons, REASON_WORDS.values()
        ),
        _table("The own view, the score and the decision: any reoffending", found, _anchored, ANCHOR_WORDS),
        _later(found, now_us),
    ]
    if field:
        groups = groups_of(field)
        words = [*sorted(set(groups.values())), "Not recorded"]
        tables.append(
            _table("By group", found, lambda each: [groups.get(each.person_id, "Not recorded")], words)
        )
    counted = Counter(each.direction for each in found)
    shown = protect_list([counted[each] for each in COLUMNS], minimum=LEAST)
    rows = [
        Row(DIRECTION_WORDS[each], (_near(count),))
        for each, count in zip(COLUMNS, shown.shown(), strict=True)
    ]
    return Oversight(_near(shown.shown_total), tuple(rows), tuple(tables))


def _near(count: int | None) -> int | None:
    """Return a count to the nearest 5: several tables share their sums, and exact ones would give a hidden cell away."""
    return None if count is None else int(rounded([count], unit=ROUNDED_TO)[0])


def _decided() -> list[Decided]:
    rows = Decision.objects.filter(
        returned_us__isnull=True, assessment__state=AssessmentState.DECIDED
    ).select_related("assessment__person", "consultation__view")
    return [
        Decided(
            person_id=row.assessment.person_id,
            person_ref=row.assessment.person.ref,
            direction=Direction(row.direction),
            reasons=tuple(OverrideReason(code) for code in row.reasons),
            own=Level(row.consultation.view.reoffending_level),
            bands=tuple(Level(each) for each in row.reoffending_band.split()),
            level=Level(row.reoffending_level),
            decided_us=row.signed_us or row.proposed_us,
        )
        for row in rows.order_by("pk")
    ]


def _table(
    title: str,
    found: Sequence[Decided],
    names_of: Callable[[Decided], Iterable[str]],
    words: Iterable[str],
) -> Table:
    """Return how many decisions of each direction bear each name."""
    listed = list(words)
    counted = Counter((name, each.direction) for each in found for name in names_of(each))
    kept = [name for name in listed if any(counted[name, direction] for direction in COLUMNS)]
    if not kept:
        return Table(title, _COLUMN_WORDS, ())
    table = protect_table(
        [[counted[name, direction] for direction in COLUMNS] for name in kept], minimum=LEAST
    ).shown()
    rows = [
        Row(name, tuple(_near(count) for count in counts))
        for name, counts in zip((*kept, "All"), table, strict=True)
    ]
    return Table(title, _COLUMN_WORDS, tuple(rows))


def _reasons(each: Decided) -> list[str]:
    return [REASON_WORDS[reason] for reason in each.reasons]


AGREED, MOVED, KEPT, NEITHER = ANCHOR_WORDS = (
    "The own view was as scored",
    "The own view was not as scored, and the decision went to the score",
    "The own view was not as scored, and the decision kept it",
    "The own view was not as scored, and the decision is neither",
)


def _anchored(each: Decided) -> list[str]:
    """Return how the decision stands to the own view and the score: whether people judge, or follow."""
    if not each.bands:
        return []
    if each.own in each.bands:
        return [AGREED]
    if each.level == each.own:
        return [KEPT]
    return [MOVED if each.level in each.bands else NEITHER]


ENFORCED, NONE, EARLY = LATER_WORDS = (
    f"Returned to court, or referred for recall, within {FOLLOW_DAYS} days",
    f"Neither within {FOLLOW_DAYS} days",
    f"Decided less than {FOLLOW_DAYS} days ago",
)


def _later(found: Sequence[Decided], now_us: int) -> Table:
    """Return what the record holds of each decision's next 90 days. It is what staff did, not what people did."""
    enforced: dict[str, list[Enforced]] = {}
    for item in enforcement_of({each.person_ref for each in found}):
        enforced.setdefault(item.person_ref, []).append(item)
    return _table(
        "What the record holds of the time after",
        found,
        lambda each: [_came(each, enforced, now_us)],
        LATER_WORDS,
    )


def _came(each: Decided, enforced: Mapping[str, Sequence[Enforced]], now_us: int) -> str:
    until_us = each.decided_us + FOLLOW_DAYS * DAY_US
    if until_us > now_us:
        return EARLY
    acted = any(each.decided_us < item.signed_us <= until_us for item in enforced.get(each.person_ref, ()))
    return ENFORCED if acted else NONE
