"""Distance from protected persons, live: whose facts concern which wearer, and what that tells.

A protected person's facts never become rows of the wearer's side. Their place is the app victims; here they are read,
compared and let go. What is told holds times and how sure it is, and nothing of where anybody was.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import F, Q

from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.time import HOUR_US, MINUTE_US, Interval
from throughcare.monitoring.calm import WARM_US
from throughcare.monitoring.events import Event
from throughcare.monitoring.evidence import WITHHELD
from throughcare.monitoring.fixes import Fixes, Positions
from throughcare.monitoring.rules import Rules
from throughcare.monitoring.state import Told
from throughcare.monitoring.status import Readings, Statuses
from throughcare.orders.model import VictimProximity
from throughcare.orders.vocabulary import ConditionKind
from throughcare.runners.embedded import Step
from throughcare.runners.protecting import keep_apart
from throughcare.service.monitoring.inbox import put_back
from throughcare.service.monitoring.models import IncidentRow, Mark, PositionRow, ProximityWatch, StatusRow
from throughcare.service.monitoring.recorded import recorded
from throughcare.service.monitoring.rows import read
from throughcare.service.orders.queries import (
    activations_for_devices,
    activations_of_order,
    histories,
    orders_that_ask,
)
from throughcare.service.victims.actions import give_device, keep, note_erased, release, take_device_back
from throughcare.service.victims.queries import (
    first_position_us,
    kept_from_us,
    positions_between,
    rows_before,
    spans_of_devices,
)
from throughcare.service.viewer import Viewer

MARGIN_US = 30 * MINUTE_US  # positions before the evaluated time may stand in at its start
KEPT_WITH_STATE_US = (
    5 * HOUR_US
)  # a watch settles so much sooner than the state, which then holds what it needs
_MARK = "protected"


@dataclass(frozen=True, slots=True)
class Watched:
    """What is to be written about one watch, if no news came meanwhile."""

    pk: int
    news: int
    settled_us: int
    due_us: int | None


def link(order_ids: Iterable[str]) -> None:
    """Write down which activations of some orders are kept away from whom, and have all of that looked at anew."""
    wanted = orders_that_ask(ConditionKind.VICTIM_PROXIMITY, order_ids)
    for order_id, history in histories(wanted).items():
        asked = {
            (condition.condition_id, condition.protected_ref)
            for order in history.versions
            for condition in order.conditions
            if isinstance(condition, VictimProximity)
        }
        spans = [span.activation_id for span in activations_of_order(order_id)]
        for activation_id in spans:
            for condition_id, protected_ref in sorted(asked):
                ProximityWatch.objects.get_or_create(
                    activation_id=activation_id, condition_id=condition_id, protected_ref=protected_ref
                )
        ProximityWatch.objects.filter(activation_id__in=spans).update(news=F("news") + 1, settled_us=0)


def due(*, now_us: int, limit: int) -> list[str]:
    """Return the activations of which the other side has news, or whose incidents time alone may change."""
    rows = ProximityWatch.objects.filter(~Q(news=F("done")) | Q(due_us__lte=now_us))
    return sorted(set(rows.order_by("pk").values_list("activation_id", flat=True)[:limit]))


def watches_of(activation_ids: Iterable[str]) -> dict[str, list[ProximityWatch]]:
    """Return the distances that activations are to keep: to be asked before any position is read."""
    found: dict[str, list[ProximityWatch]] = {}
    for watch in ProximityWatch.objects.filter(activation_id__in=list(activation_ids)).order_by("pk"):
        found.setdefault(watch.activation_id, []).append(watch)
    return found


def apart(
    step: Step, watches: Sequence[ProximityWatch], *, fixes: Fixes, rules: Rules, retain_us: int
) -> tuple[Step, tuple[Watched, ...]]:
    """Return the step with what its activation's distances tell, and what is to be written about them.

    Parameters
    ----------
    fixes : Fixes
        The new ones of this pass, which are not recorded yet.
    """
    activation_id, compiled = next(iter(rules.activations.items()))
    held = step.state.activations.get(activation_id)
    if held is None:  # it has not begun
        return step, ()
    told, watched = dict(step.told), []
    events: list[Event] = list(step.events)
    for watch in watches:
        settled_us = _settled_us(watch, fixes, compiled.interval.start_us)
        from_us = settled_us - WARM_US - MARGIN_US
        protected = positions_between(watch.protected_ref, from_us=from_us, to_us=step.state.now_us + 1)
        # erasing may have come between: what was erased when the positions were read is settled
        settled_us = max(settled_us, kept_from_us(watch.protected_ref) - 1)
        known = held.fixes
        if held.base_us >= from_us:
            known = Fixes.concat([recorded(activation_id, from_us=from_us)[0], fixes])
        kept = keep_apart(
            _told(watch),
            known,
            protected,
            condition_id=watch.condition_id,
            rules=rules,
            settled_us=settled_us,
            now_us=step.state.now_us,
            retain_us=max(HOUR_US, retain_us - KEPT_WITH_STATE_US),
        )
        events.extend(kept.events)
        told.update({e.incident_id: kept.told[e.incident_id] for e in kept.events if e.incident_id})
        watched.append(Watched(watch.pk, watch.news, kept.settled_us, kept.due_us))
    return replace(step, events=tuple(events), told=told), tuple(watched)


def _settled_us(watch: ProximityWatch, fixes: Fixes, worn_us: int) -> int:
    """Return up to where a watch is final: nowhere if a fact came from before that."""
    settled_us: int = watch.settled_us
    if settled_us and not (len(fixes) and int(fixes.t_us.min()) <= settled_us):
        return settled_us
    # what began before the oldest position that is kept of the protected person can be neither told nor taken back
    first_us = first_position_us(watch.protected_ref)
    return max(worn_us, worn_us if first_us is None else first_us) - 1


def _told(watch: ProximityWatch) -> dict[str, Told]:
    rows = IncidentRow.objects.filter(
        activation_id=watch.activation_id, condition_id=watch.condition_id, kind__in=WITHHELD
    )
    return {row.incident_id: told_of(row) for row in rows}


def told_of(row: IncidentRow) -> Told:
    """Return what was last told of an incident, from its row."""
    return Told(
        incident_id=row.incident_id,
        kind=row.kind,
        code=row.code,
        start_us=row.start_us,
        end_us=None if row.retracted else row.end_us,
        stop_us=row.start_us if row.retracted else row.stop_us,
        material="" if row.retracted else row.material,
        revision=row.revision,
    )


def settle(watched: Iterable[Watched]) -> None:
    """Write what was found of watches, but for those of which news came meanwhile: they stay due."""
    for item in watched:
        ProximityWatch.objects.filter(pk=item.pk, news=item.news).update(
            done=item.news, settled_us=item.settled_us, due_us=item.due_us
        )


def hold_devices() -> None:
    """Keep devices from being given to protected persons, or taken back, until the transaction ends."""
    Mark.objects.get_or_create(name=_MARK)
    Mark.objects.select_for_update().get(name=_MARK)


@transaction.atomic
def protect(*, by: Viewer, now_us: int, protected_ref: str, device_id: str, from_us: int) -> int:
    """Record a device of a protected person, and take what it said since then out of what is nobody's.

    Raises
    ------
    RefusedInput
        If a wearer or another protected person has the device then, or may have it later.
    """
    hold_devices()
    number = give_device(
        by=by, now_us=now_us, protected_ref=protected_ref, device_id=device_id, from_us=from_us
    )
    wanted = Interval(from_us, None)
    if any(span.interval.intersect(wanted) for span in activations_for_devices([device_id])):
        raise RefusedInput(
            where="protected device",
            expected="a device that no wearer has at the time",
            found="one in an activation of an order",
            action="End the activation first, or choose another device.",
        )
    nobodys = {"activation_id": "", "device_id": device_id, "t_us__gte": from_us}
    positions, statuses = PositionRow.objects.filter(**nobodys), StatusRow.objects.filter(**nobodys)
    take_in(read(Fixes, positions, owner=device_id), device_ids=[device_id] * positions.count())
    take_in(read(Statuses, statuses, owner=device_id), device_ids=[device_id] * statuses.count())
    positions.delete()
    statuses.delete()
    note_news([protected_ref], from_us=from_us)
    return number


@transaction.atomic
def unprotect(*, by: Viewer, now_us: int, number: int, at_us: int) -> None:
    """Record that a device is with a protected person no longer; what it said since then goes to the inbox.

    Raises
    ------
    RefusedInput
        If it is not given, or was given later than that.
    """
    hold_devices()
    span = take_device_back(by=by, now_us=now_us, number=number, at_us=at_us)
    for kind, mark in ((Positions, "p"), (Readings, "s")):
        found = release(kind, device_id=span.device_id, from_us=at_us)
        put_back(span.device_id, [[mark, *values] for _, *values in found], received_us=now_us)
    note_news([span.protected_ref], from_us=at_us)


def refs_in_need(activation_ids: Iterable[str]) -> set[str]:
    """Return the protected persons from whom some wearers are kept away, or of whom an incident is still open."""
    watches = ProximityWatch.objects.filter(
        Q(activation_id__in=list(activation_ids)) | Q(due_us__isnull=False) | ~Q(news=F("done"))
    )
    return set(watches.values_list("protected_ref", flat=True))


@transaction.atomic
def erase_protected(*, before_us: int, keep: Collection[str]) -> int:
    """Erase what protected persons' devices said before an instant, and return how many facts that were.

    What was told of that time stands from then on: a late fact of a wearer neither tells nor takes back.

    Parameters
    ----------
    keep : collection of str
        Activations of people on legal hold: what is compared with them stays.
    """
    hold_devices()
    keep_refs = refs_in_need(keep)
    rows = sum(found._raw_delete(found.db) for found in rows_before(before_us, keep_refs=keep_refs))
    note_erased(before_us=before_us, keep_refs=keep_refs)
    return rows


def of_protected(batch: Positions | Readings, device_ids: Sequence[str]) -> list[bool]:
    """Return of each fact that is no wearer's whether a protected person carried its device at that time."""
    spans = spans_of_devices(set(device_ids))
    return [
        any(span.device_id == device_id and span.interval.contains(t_us) for span in spans)
        for device_id, t_us in zip(device_ids, batch.t_us.tolist(), strict=True)
    ]


def take_in(batch: Positions | Readings, *, device_ids: Sequence[str]) -> None:
    """Keep facts of protected persons apart, and have the wearers who are kept away from them looked at."""
    keep(batch, device_ids=device_ids)
    if not isinstance(batch, Positions) or not len(batch):
        return
    refs = {span.protected_ref for span in spans_of_devices(set(device_ids))}
    note_news(refs, from_us=int(batch.t_us.min()))


def note_news(protected_refs: Iterable[str], *, from_us: int) -> None:
    """Have the wearers looked at who are kept away from protected persons; from the beginning where it is final."""
    watches = ProximityWatch.objects.filter(protected_ref__in=set(protected_refs))
    watches.filter(settled_us__gte=from_us).update(settled_us=0)
    watches.update(news=F("news") + 1)
