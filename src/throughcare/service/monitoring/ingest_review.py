"""Looking at what was refused: lists without coordinates, one record whole and logged, counts by day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, F, QuerySet

from throughcare.adapters.reports.svg import picture, tag, text
from throughcare.kernel.time import DAY_US
from throughcare.service.audit.actions import record
from throughcare.service.monitoring.models import Reject
from throughcare.service.viewer import Viewer

DAYS = 14
PAGE = 100
_EPOCH = dt.date(1970, 1, 1)
_LEFT, _ROW, _BAR, _WIDE = 90.0, 22.0, 15.0, 520.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Which refused records are asked for; empty for all."""

    device_id: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """A refused record as lists show it; its words may quote a coordinate, and are for those who may see one."""

    number: int
    at_us: int
    device_id: str
    field: str
    reason: str
    words: str
    delivery_id: str
    row: int


@dataclass(frozen=True, slots=True)
class RefusedWhole:
    """A refused record with what was sent."""

    refused: Refused
    raw: str


@dataclass(frozen=True, slots=True)
class Review:
    """A page of refused records: the newest first, how many there are, and how many on each of the last days."""

    listed: list[Refused]
    total: int
    by_day: list[tuple[dt.date, int]]
    by_reason: list[tuple[str, int]]


@transaction.atomic
def review(*, by: Viewer, now_us: int, sought: Sought, page: int = 1) -> Review:
    """Return a page of what was refused, after the log says who looked."""
    detail = {"device": sought.device_id, "reason": sought.reason, "page": page}
    record(viewer=by, action="rejects_viewed", subject="page:rejects", at_us=now_us, detail=detail)
    rows = _rows(sought)
    first = (max(1, page) - 1) * PAGE
    listed = rows.order_by("-at_us", "-pk").values_list("pk", *list(Refused.__dataclass_fields__)[1:])
    recent = rows.filter(at_us__gte=(now_us // DAY_US - DAYS + 1) * DAY_US)
    reasons = recent.values_list("reason").annotate(n=Count("pk")).order_by("-n", "reason")
    return Review(
        [Refused(*values) for values in listed[first : first + PAGE]],
        rows.count(),
        _by_day(recent, now_us),
        list(reasons),
    )


@transaction.atomic
def open_refused(*, by: Viewer, now_us: int, number: int) -> RefusedWhole | None:
    """Return one refused record with what was sent, after the log says who looked; None where there is none."""
    row = Reject.objects.filter(pk=number).first()
    if row is None:
        return None
    record(viewer=by, action="reject_opened", subject=f"reject:{number}", at_us=now_us)
    names = list(Refused.__dataclass_fields__)[1:]
    return RefusedWhole(Refused(row.pk, *(getattr(row, name) for name in names)), row.raw)


def _rows(sought: Sought) -> QuerySet[Reject]:
    rows = Reject.objects.all()
    if sought.device_id:
        rows = rows.filter(device_id=sought.device_id)
    return rows.filter(reason=sought.reason) if sought.reason else rows


def _by_day(rows: QuerySet[Reject], now_us: int) -> list[tuple[dt.date, int]]:
    """Return the counts of the last days, by UTC day, the days without any too."""
    found = dict(rows.annotate(day=F("at_us") / DAY_US).values_list("day").annotate(n=Count("pk")))
    today = now_us // DAY_US
    return [
        (_EPOCH + dt.timedelta(days=day), found.get(day, 0)) for day in range(today - DAYS + 1, today + 1)
    ]


def draw_days(by_day: Sequence[tuple[dt.date, int]]) -> str:
    """Return the counts as bars; each number stands beside its bar."""
    most = max(1, *(count for _, count in by_day))
    parts = []
    for number, (day, count) in enumerate(by_day):
        y = 6 + number * _ROW
        wide = _WIDE * count / most
        parts.append(text(0, y + 12, f"{day:%a} {day.day} {day:%b}", font_size=13))
        if count:
            parts.append(tag("rect", x=_LEFT, y=y, width=max(1.0, wide), height=_BAR, fill="#1d70b8"))
        parts.append(text(_LEFT + wide + 6, y + 12, f"{count:,}", font_size=13))
    said = "; ".join(f"{day.day} {day:%B}: {count}" for day, count in by_day)
    return picture(
        *parts,
        width=_LEFT + _WIDE + 80,
        height=6 + len(by_day) * _ROW + 6,
        ident="refused-days",
        title="Records refused on each of the last 14 days",
        description=said,
        kind="tc-chart",
    )
