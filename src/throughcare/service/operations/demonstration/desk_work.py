"""What the invented staff did about a month of incidents: each at its time, by whoever would have done it."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from django.db import transaction

from throughcare.kernel.time import DAY_US, HOUR_US, MINUTE_US
from throughcare.monitoring.incidents import IncidentKind
from throughcare.runners.loading import Progress
from throughcare.service.desk.actions import (
    ItemChanged,
    acknowledge,
    assess,
    fire_clocks,
    propose_decision,
    record_contact,
    sign_decision,
)
from throughcare.service.desk.queries import seen_of
from throughcare.service.desk.taking_over import Standing, standing, take_over
from throughcare.service.desk.vocabulary import (
    OPEN_STATES,
    Assessment,
    Channel,
    ContactOutcome,
    DecisionOutcome,
    ItemState,
)
from throughcare.service.monitoring.queries import IncidentView
from throughcare.service.operations.demonstration.cast import Cast
from throughcare.service.roles import Role
from throughcare.service.viewer import Viewer

TOGETHER = 50  # deeds a transaction
_OF_EQUIPMENT = frozenset(
    {
        IncidentKind.BATTERY,
        IncidentKind.DEVICE_FAULT,
        IncidentKind.HOME_UNIT_MOVED,
        IncidentKind.HOME_UNIT_POWER,
        IncidentKind.HOME_UNIT_SILENT,
        IncidentKind.LOSS_OF_CONTACT,
    }
)
_SAID = {
    ContactOutcome.SPOKE: (
        "Says they were on the way home.",
        "Says the tag was on charge.",
        "Says they forgot.",
    ),
    ContactOutcome.NO_ANSWER: ("Rang twice.",),
    ContactOutcome.MESSAGE_LEFT: ("Asked to ring back.",),
}
_MADE_OF_IT = {
    Assessment.NON_COMPLIANCE: "The reports agree, and no reason was given.",
    Assessment.EQUIPMENT_FAULT: "The equipment; it reports again.",
    Assessment.CANNOT_TELL: "Too little was heard to say.",
}
_MILDER = {
    DecisionOutcome.CONVERSATION: DecisionOutcome.NO_ACTION,
    DecisionOutcome.WARNING: DecisionOutcome.CONVERSATION,
    DecisionOutcome.FINAL_WARNING: DecisionOutcome.WARNING,
}
Deed = Callable[[int], None]


@dataclass
class DeskWork:
    """A month of work at the desk, deed by deed in the order of time, up to now."""

    cast: Cast
    rng: np.random.Generator
    now_us: int
    deeds: list[tuple[int, int, Deed]] = field(default_factory=list)
    planned: int = 0

    def write(self, views: Sequence[IncidentView], *, progress: Progress) -> int:
        """Do everything that happened before now and return how many deeds that were."""
        for view in views:
            self._plan(view.first_recorded_us, partial(self._arrive, view))
        done = 0
        while self.deeds:
            with transaction.atomic():
                for _ in range(min(TOGETHER, len(self.deeds))):
                    at_us, _, deed = heapq.heappop(self.deeds)
                    fire_clocks(now_us=at_us)
                    with suppress(ItemChanged):
                        deed(at_us)
                    done += 1
            progress("desk", done, done + len(self.deeds))
        return done

    def _plan(self, at_us: int, deed: Deed) -> None:
        if at_us <= self.now_us:
            self.planned += 1
            heapq.heappush(self.deeds, (at_us, self.planned, deed))

    def _after(self, at_us: int, mean_us: int) -> int:
        return at_us + MINUTE_US // 2 + int(self.rng.exponential(mean_us))

    def _arrive(self, view: IncidentView, at_us: int) -> None:
        item = take_over(view=view, now_us=at_us)
        if item.state is ItemState.NEW:
            officer = self.cast.one_of(Role.MONITORING_OFFICER, int(self.rng.integers(0, 8)))
            later_us = self._after(at_us, 4 * MINUTE_US)
            self._plan(later_us, partial(self._acknowledge, view, item, officer))

    def _acknowledge(self, view: IncidentView, item: Standing, by: Viewer, at_us: int) -> None:
        acknowledge(by=by, now_us=at_us, item_id=item.item_id, revision=standing(item.item_id).revision)
        self._plan(self._after(at_us, 5 * MINUTE_US), partial(self._ring, item, by))
        self._plan(self._after(at_us, 45 * MINUTE_US), partial(self._assess, view, item, by))

    def _ring(self, item: Standing, by: Viewer, at_us: int) -> None:
        outcome = ContactOutcome(self.rng.choice(list(_SAID), p=[0.55, 0.3, 0.15]))
        record_contact(
            by=by,
            now_us=at_us,
            item_id=item.item_id,
            at_us=at_us,
            channel=Channel.PHONE,
            outcome=outcome,
            words=str(self.rng.choice(_SAID[outcome])),
            next_step="Ring again in an hour." if outcome is ContactOutcome.NO_ANSWER else "",
        )

    def _assess(self, view: IncidentView, item: Standing, by: Viewer, at_us: int) -> None:
        now = standing(item.item_id)
        if now.state not in OPEN_STATES:
            return
        made = self._made_of(view)
        words = _MADE_OF_IT[made]
        assess(by=by, now_us=at_us, item_id=now.item_id, revision=now.revision, assessment=made, words=words)
        if made is Assessment.NON_COMPLIANCE:
            officer = self.cast.officer(view.person_ref)
            later_us = self._after(at_us + 4 * HOUR_US, DAY_US)
            self._plan(later_us, partial(self._propose, view, now.item_id, officer))

    def _made_of(self, view: IncidentView) -> Assessment:
        draw = self.rng.random()
        if view.kind in _OF_EQUIPMENT:
            return Assessment.EQUIPMENT_FAULT if draw < 0.7 else Assessment.CANNOT_TELL
        return Assessment.NON_COMPLIANCE if draw < 0.8 else Assessment.CANNOT_TELL

    def _propose(self, view: IncidentView, item_id: int, by: Viewer, at_us: int) -> None:
        outcome = DecisionOutcome(self.rng.choice(list(_MILDER), p=[0.5, 0.4, 0.1]))
        propose_decision(
            by=by,
            now_us=at_us,
            item_id=item_id,
            revision=standing(item_id).revision,
            outcome=outcome,
            alternatives=[(_MILDER[outcome], "It was tried, and it happened again.")],
            reason="Talked about it; this is in proportion to what happened.",
        )
        senior = self.cast.signer(view.person_ref)
        self._plan(self._after(at_us, 5 * HOUR_US), partial(self._sign, item_id, senior))

    def _sign(self, item_id: int, by: Viewer, at_us: int) -> None:
        now = standing(item_id)
        sign_decision(by=by, now_us=at_us, item_id=item_id, revision=now.revision, seen=seen_of(item_id))
