"""What the worker does for the desk: takes in incidents, runs the clocks, keeps the ranks true."""

from __future__ import annotations

from django.db import transaction
from django.db.models import OuterRef, QuerySet

from throughcare.kernel.time import HOUR_US, MINUTE_US
from throughcare.service.desk.intake import take, write
from throughcare.service.desk.models import DeskItem, Intake
from throughcare.service.desk.shelf import Shelf, set_clock
from throughcare.service.desk.vocabulary import CLOCK_WORDS, OPEN_STATES, ClockStep, EntryKind
from throughcare.service.monitoring.queries import IncidentView, untaken

OVERLAP_US = 10 * MINUTE_US  # a worker's transaction that committed late is still seen
SWEEP_US = HOUR_US  # and every hour everything is compared
LIMIT = 500


def take_in(*, now_us: int, limit: int = LIMIT) -> int:
    """Bring the desk up to what the engine told, and run its clocks; return how much there was to do.

    Safe in any number of workers at once and to be killed in: what is taken is compared with what is there, under
    one lock.
    """
    return _take(now_us, limit) + fire_clocks(now_us=now_us, limit=limit) + _rerank(now_us, limit)


def _take(now_us: int, limit: int) -> int:
    mark = Intake.objects.first() or Intake()
    sweeps = now_us - mark.swept_us >= SWEEP_US
    if not sweeps and not untaken(_taken(), since_us=mark.taken_us - OVERLAP_US, limit=1):
        return 0
    with transaction.atomic():
        mark = Intake.objects.select_for_update().get_or_create(pk=1)[0]
        views = untaken(_taken(), since_us=0 if sweeps else mark.taken_us - OVERLAP_US, limit=limit)
        shelf = Shelf(view.person_ref for view in views)
        for view in views:
            take(view, shelf, now_us=now_us)
        _move(mark, views, done=len(views) < limit and sweeps, now_us=now_us)
    return len(views)


def _taken() -> QuerySet[DeskItem]:
    return DeskItem.objects.filter(
        incident_id=OuterRef("incident_id"), engine_revision__gte=OuterRef("revision")
    )


def _move(mark: Intake, views: list[IncidentView], *, done: bool, now_us: int) -> None:
    mark.taken_us = max([mark.taken_us, *(view.last_recorded_us for view in views)])
    mark.swept_us = now_us if done else mark.swept_us
    mark.save()


def fire_clocks(*, now_us: int, limit: int = LIMIT) -> int:
    """Write of every clock that ran out that it did; the last of them puts the item before a senior."""
    late = DeskItem.objects.filter(due_us__lte=now_us)
    return _fire(late, now_us, limit) if late.exists() else 0


@transaction.atomic
def _fire(late: QuerySet[DeskItem], now_us: int, limit: int) -> int:
    items = list(late.select_for_update().order_by("pk")[:limit])
    for item in items:
        step = ClockStep(item.due_step)
        item.run_out = [*item.run_out, str(step)]
        if step is ClockStep.SENIOR:
            item.escalated_us = now_us
        words = f"{CLOCK_WORDS[step]}: the time for it ran out."
        write(item, EntryKind.ESCALATED, now_us=now_us, words=words, step=str(step), due_us=item.due_us)
        set_clock(item)
        item.save(update_fields=["run_out", "escalated_us", "due_us", "due_step"])
    return len(items)


def _rerank(now_us: int, limit: int) -> int:
    """Work out anew the ranks of what still goes on: they rise with time."""
    waiting = DeskItem.objects.filter(rerank_us__lte=now_us)
    if not waiting.exists():
        return 0
    with transaction.atomic():
        refs = list(waiting.order_by("rerank_us").values_list("person_ref", flat=True)[:limit])
        shelf = Shelf(refs)
        due = [i for i in shelf.by_incident.values() if i.rerank_us is not None and i.rerank_us <= now_us]
        for item in due:
            if item.state in OPEN_STATES:
                shelf.refresh(item, now_us=now_us)
            else:
                item.rerank_us = None
            item.save(update_fields=["lead_kind", "rank", "rank_reasons", "rerank_us", "due_us", "due_step"])
    return len(due)
