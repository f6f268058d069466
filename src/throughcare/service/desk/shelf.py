"""The items of some people, loaded once, while the desk takes in what the engine told of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from throughcare.kernel.time import DAY_US, MINUTE_US
from throughcare.monitoring.incidents import AlertCode, Cause, IncidentKind
from throughcare.service.desk.clocks import next_due
from throughcare.service.desk.merging import Told, lasting_s, merge_rule
from throughcare.service.desk.models import DeskItem
from throughcare.service.desk.ranking import KIND_POINTS, REPEAT_DAYS, Weighed, rank
from throughcare.service.desk.vocabulary import OPEN_STATES, ClockStep, ItemState, MergeRule, Outcome
from throughcare.service.people.queries import refs_with_safety_note

RERANK_US = 30 * MINUTE_US
_NO_REPEAT = frozenset(
    {Outcome.RETRACTED, Outcome.AUTHORISED_ABSENCE, Outcome.REASONABLE_EXCUSE, Outcome.EQUIPMENT_FAULT}
)


def told_of(item: DeskItem) -> Told:
    """Return what merging reads of an item's own incident."""
    return Told(
        person_ref=item.person_ref,
        activation_id=item.activation_id,
        condition_id=item.condition_id,
        kind=IncidentKind(item.kind),
        code=AlertCode(item.code),
        start_us=item.start_us,
        end_us=item.end_us if item.is_over or item.end_us is not None else None,
        best_s=item.best_s,
        atv_s=item.atv_s,
        allowed_s=item.allowed_s,
        cause=Cause(item.cause) if item.cause else None,
    )


class Shelf:
    """Every item of some people, locked until the transaction ends, and what is known of those people.

    Parameters
    ----------
    refs : iterable of str
        References of the people.
    """

    def __init__(self, refs: Iterable[str]) -> None:
        wanted = set(refs)
        rows = DeskItem.objects.select_for_update().filter(person_ref__in=wanted).order_by("pk")
        self.by_incident: dict[str, DeskItem] = {}
        self._by_person: dict[str, list[DeskItem]] = defaultdict(list)
        self._merged: dict[int, list[DeskItem]] = defaultdict(list)
        self._by_key: dict[int, DeskItem] = {}
        self._noted = refs_with_safety_note(wanted)
        for row in rows:
            self.put(row)

    def put(self, item: DeskItem) -> None:
        """Put a saved item on the shelf."""
        self.by_incident[item.incident_id] = item
        self._by_key[item.pk] = item
        self._by_person[item.person_ref].append(item)
        if item.merged_into_id is not None:
            self._merged[item.merged_into_id].append(item)

    def move(self, item: DeskItem, *, before: int | None) -> None:
        """Follow an item that was merged, or taken out of the item ``before``."""
        if before is not None:
            self._merged[before].remove(item)
        if item.merged_into_id is not None:
            self._merged[item.merged_into_id].append(item)

    def root(self, item: DeskItem) -> DeskItem:
        """Return the item as part of which it is worked on; itself where it is merged into none."""
        return item if item.merged_into_id is None else self._by_key[item.merged_into_id]

    def group(self, root: DeskItem) -> list[DeskItem]:
        """Return the item and those merged into it."""
        return [root, *self._merged[root.pk]]

    def standing(self, root: DeskItem) -> list[DeskItem]:
        """Return those of the group that the engine did not retract."""
        return [item for item in self.group(root) if not item.retracted]

    def home_for(self, told: Told, *, now_us: int) -> tuple[DeskItem, MergeRule] | None:
        """Return the open item to which an incident belongs, the gravest first, and by which rule."""
        roots = [
            item
            for item in self._by_person[told.person_ref]
            if item.state in OPEN_STATES and item.merged_into_id is None and self.standing(item)
        ]
        for root in sorted(roots, key=lambda item: (-item.rank, item.pk)):
            rule = merge_rule(told, [told_of(one) for one in self.standing(root)], now_us=now_us)
            if rule is not None:
                return root, rule
        return None

    def refresh(self, root: DeskItem, *, now_us: int) -> None:
        """Work out the gravest kind, the rank and the next clock of an item anew. The caller saves it."""
        group = self.standing(root) or [root]
        lead = max(group, key=lambda item: (KIND_POINTS[IncidentKind(item.kind)], -item.pk))
        root.lead_kind = lead.kind
        found = rank(self._weighed(root, group, lead, now_us))
        root.rank, root.rank_reasons = found.points, [list(pair) for pair in found.reasons]
        still = any(not item.is_over and not item.retracted for item in group)
        root.rerank_us = now_us + RERANK_US if still and root.state in OPEN_STATES else None
        set_clock(root)

    def _weighed(self, root: DeskItem, group: list[DeskItem], lead: DeskItem, now_us: int) -> Weighed:
        return Weighed(
            kind=IncidentKind(lead.kind),
            lasting_s=max(lasting_s(told_of(item), now_us=now_us) for item in group),
            still=any(item.end_us is None for item in group),
            repeats=self._repeats(root, lead),
            has_risk_note=root.person_ref in self._noted,
            confidence=max(item.confidence for item in group),
            cause=next((Cause(item.cause) for item in group if item.cause), None),
            allowed=any(item.allowed_s > 0 for item in group),
        )

    def _repeats(self, root: DeskItem, lead: DeskItem) -> int:
        since_us = root.start_us - REPEAT_DAYS * DAY_US
        return sum(
            since_us <= item.start_us < root.start_us
            and item.kind == lead.kind
            and item.merged_into_id is None
            and item.pk != root.pk
            and not item.retracted
            and not item.suppressed
            and item.outcome not in _NO_REPEAT
            for item in self._by_person[root.person_ref]
        )


def set_clock(root: DeskItem) -> None:
    """Set what an item waits for next; nothing where it is not open."""
    due = None
    if root.state in OPEN_STATES:
        due = next_due(
            IncidentKind(root.lead_kind),
            opened_us=root.clock_us,
            acknowledged=root.state != ItemState.NEW,
            contacted=root.contacted_us is not None,
            run_out=[ClockStep(step) for step in root.run_out],
        )
    root.due_us = None if due is None else due.at_us
    root.due_step = "" if due is None else str(due.step)
