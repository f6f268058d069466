"""What holds of the desk whatever happens in whichever order."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from tests.service.desk.tellings import incident, item_of, tell
from tests.service.makers import NOW_US, make_user
from throughcare.kernel.time import HOUR_US, MINUTE_US
from throughcare.monitoring.incidents import IncidentKind
from throughcare.service.audit.models import Entry
from throughcare.service.desk import actions
from throughcare.service.desk.models import Decision, DeskEntry, DeskItem
from throughcare.service.desk.queries import seen_of
from throughcare.service.desk.vocabulary import (
    OPEN_STATES,
    Assessment,
    Channel,
    ContactOutcome,
    DecisionOutcome,
    EntryKind,
    ItemState,
)
from throughcare.service.monitoring.models import IncidentRow
from throughcare.service.roles import Role
from throughcare.service.viewer import Viewer

KINDS = [
    IncidentKind.CURFEW_ABSENCE,
    IncidentKind.LOSS_OF_CONTACT,
    IncidentKind.BATTERY,
    IncidentKind.STRAP_TAMPER,
]
WEIGHED = [(DecisionOutcome.NO_ACTION, "It was long")]
REFUSALS = (actions.ItemChanged, actions.OwnDecision, actions.IncidentChanged)
PEOPLE = [Viewer(actor=f"user:{number}", roles=frozenset({Role.SENIOR})) for number in (71, 72, 73)]
tellings = st.tuples(
    st.just("tell"), st.integers(0, 5), st.sampled_from(KINDS), st.integers(0, 8), st.sampled_from([None, 20, 50, 200]),
    st.sampled_from([0.0, 600.0, 12_000.0]), st.booleans(),
)  # fmt: skip
deeds = st.tuples(
    st.just("do"),
    st.sampled_from(["acknowledge", "contact", "assess", "fault", "propose", "sign", "send_back", "reopen", "put", "hand_over"]),
    st.integers(0, 5), st.sampled_from(PEOPLE), st.booleans(),
)  # fmt: skip
waits = st.tuples(st.just("wait"), st.sampled_from([1, 15, 70, 400]))
histories = st.lists(st.one_of(tellings, deeds, waits), max_size=30)


@dataclass
class Desk:
    """A desk, its present, and what was seen of it before."""

    now_us: int = NOW_US
    accepted: int = 0
    stale: dict[int, int] = field(default_factory=dict)

    def tell(
        self, name: int, kind: IncidentKind, hour: int, minutes: int | None, allowed_s: float, gone: bool
    ) -> None:
        told = incident(
            f"inc-{name}", kind=kind, start_us=NOW_US - hour * HOUR_US, minutes=minutes, allowed_s=allowed_s
        )
        tell(told, now_us=self.now_us, retracted=gone)
        self.wait(0)

    def wait(self, minutes: int) -> None:
        self.now_us += minutes * MINUTE_US
        actions.take_in(now_us=self.now_us)

    def do(self, what: str, name: int, by: Viewer, stale: bool) -> None:
        item = DeskItem.objects.filter(incident_id=f"inc-{name}").first()
        if item is None:
            return
        revision = self.stale.get(item.pk, item.revision) if stale else item.revision
        common: dict[str, Any] = {"by": by, "now_us": self.now_us, "item_id": item.pk, "revision": revision}
        with suppress(*REFUSALS):
            DEEDS[what](common)
            self.accepted += 1
            assert not stale or revision == item.revision or what == "contact", (
                "a stale view changed something"
            )
        self.stale.setdefault(item.pk, item.revision)


def contact(common: dict[str, Any]) -> None:
    rest = {name: value for name, value in common.items() if name != "revision"}
    actions.record_contact(
        **rest,
        at_us=common["now_us"],
        channel=Channel.PHONE,
        outcome=ContactOutcome.NO_ANSWER,
        words="",
        next_step="",
    )


DEEDS: dict[str, Callable[[dict[str, Any]], object]] = {
    "acknowledge": lambda c: actions.acknowledge(**c),
    "contact": contact,
    "assess": lambda c: actions.assess(**c, assessment=Assessment.NON_COMPLIANCE, words="w"),
    "fault": lambda c: actions.assess(**c, assessment=Assessment.EQUIPMENT_FAULT, words="w"),
    "propose": lambda c: actions.propose_decision(
        **c, outcome=DecisionOutcome.WARNING, alternatives=WEIGHED, reason="r"
    ),
    "sign": lambda c: actions.sign_decision(**c, seen=seen_of(c["item_id"])),
    "send_back": lambda c: actions.send_back(**c, words="w"),
    "reopen": lambda c: actions.reopen(**c, words="w"),
    "put": lambda c: actions.put_on_desk(**c, words="w"),
    "hand_over": lambda c: actions.hand_over(**c, words="w"),
}


def check(desk: Desk) -> None:
    items = {item.incident_id: item for item in DeskItem.objects.select_related("merged_into")}
    assert set(items) == set(IncidentRow.objects.values_list("incident_id", flat=True)), (
        "no incident without an item"
    )
    for row in IncidentRow.objects.all():
        assert items[row.incident_id].engine_revision == row.revision
        assert items[row.incident_id].retracted == row.retracted
    for item in items.values():
        assert (item.state == ItemState.MERGED) == (item.merged_into is not None) == (item.merge_rule != "")
        assert (item.state == ItemState.SUPPRESSED) == (item.suppressed != "")
        assert (item.state == ItemState.CLOSED) == (item.closed_us is not None) == (item.outcome != "")
        assert item.merged_into is None or item.merged_into.merged_into is None
        assert item.rank == sum(points for points, _ in item.rank_reasons)
        assert item.due_us is None or item.state in OPEN_STATES
        waiting = item.decisions.filter(signed_us__isnull=True, ended_us__isnull=True).count()
        assert waiting == (item.state == ItemState.PROPOSED)
        assert DeskEntry.objects.filter(item=item).exists()
    for decision in Decision.objects.all():
        assert decision.signed_by != decision.proposed_by
        assert decision.alternatives
    assert DeskEntry.objects.exclude(by="system:desk").count() == desk.accepted
    assert Entry.objects.filter(action__startswith="desk_").count() == desk.accepted


@pytest.mark.django_db
@given(history=histories)
def test_nothing_is_lost_and_nobody_signs_their_own_decision_in_any_history(
    history: list[tuple[Any, ...]],
) -> None:
    with transaction.atomic():
        desk = Desk()
        for what, *rest in history:
            getattr(desk, what)(*rest)
            check(desk)
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_the_database_itself_refuses_a_decision_signed_by_its_author() -> None:
    tell(incident())
    actions.take_in(now_us=NOW_US)
    waiting = {
        "item": item_of(), "outcome": "warning", "alternatives": [["no_action", "w"]], "reason": "r", "seen": 2,
        "proposed_by": "user:1", "proposed_us": NOW_US,
    }  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.create(**waiting, signed_by="user:1", signed_us=NOW_US)
    Decision.objects.create(**waiting)
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.create(**waiting)


@pytest.mark.django_db
def test_a_signature_is_refused_when_the_engine_told_something_new_meanwhile() -> None:
    tell(incident())
    actions.take_in(now_us=NOW_US)
    item = item_of()
    desk = Desk()
    for what in ("acknowledge", "assess", "propose"):
        desk.do(what, 1, PEOPLE[0], stale=False)
    seen = seen_of(item.pk)
    tell(incident(minutes=90), now_us=NOW_US + MINUTE_US)
    actions.take_in(now_us=NOW_US + MINUTE_US)
    signing = {
        "by": PEOPLE[1],
        "now_us": NOW_US + MINUTE_US,
        "item_id": item.pk,
        "revision": item_of().revision,
    }
    with pytest.raises(actions.IncidentChanged):
        actions.sign_decision(**signing, seen=seen)
    with pytest.raises(actions.OwnDecision):
        actions.sign_decision(**{**signing, "by": PEOPLE[0]}, seen=seen_of(item.pk))
    actions.sign_decision(**signing, seen=seen_of(item.pk))
    assert item_of().outcome == "decided"


@pytest.mark.django_db
def test_a_decision_on_what_was_retracted_comes_back_to_the_desk() -> None:
    tell(incident())
    actions.take_in(now_us=NOW_US)
    desk = Desk()
    for what, by in (("acknowledge", 0), ("assess", 0), ("propose", 0), ("sign", 1)):
        desk.do(what, 1, PEOPLE[by], stale=False)
    assert item_of().outcome == "decided"
    tell(incident(), now_us=NOW_US + MINUTE_US, retracted=True)
    actions.take_in(now_us=NOW_US + MINUTE_US)
    assert item_of().state == ItemState.NEW
    assert "taken back" in DeskEntry.objects.filter(item=item_of()).latest("pk").words


@pytest.mark.django_db
def test_a_decision_needs_something_else_that_was_weighed() -> None:
    tell(incident())
    actions.take_in(now_us=NOW_US)
    desk = Desk()
    for what in ("acknowledge", "assess"):
        desk.do(what, 1, PEOPLE[0], stale=False)
    proposing = {
        "by": PEOPLE[0],
        "now_us": NOW_US,
        "item_id": item_of().pk,
        "revision": item_of().revision,
        "reason": "r",
    }
    for alternatives in ([], [(DecisionOutcome.WARNING, "itself")], [(DecisionOutcome.NO_ACTION, "  ")]):
        with pytest.raises(actions.NothingWeighed):
            actions.propose_decision(**proposing, outcome=DecisionOutcome.WARNING, alternatives=alternatives)
    assert item_of().state == ItemState.ASSESSED


@pytest.mark.django_db(transaction=True)
def test_of_many_people_at_one_instant_exactly_one_gets_the_item() -> None:
    staff = [make_user(Role.MONITORING_OFFICER, name=f"officer-{number}") for number in range(6)]
    tell(incident())
    actions.take_in(now_us=NOW_US)
    item = item_of()

    def take(number: int) -> bool:
        common = {"by": staff[number].viewer, "now_us": NOW_US, "item_id": item.pk}
        try:
            while True:
                try:
                    actions.acknowledge(**common, revision=item.revision)
                except actions.ItemChanged:
                    return False
                except OperationalError:
                    continue  # the tests' SQLite is in memory and does not wait for a lock; a file does
                return True
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        won = list(pool.map(take, range(6)))
    assert sum(won) == 1
    assert item_of().owner == staff[won.index(True)].user
    assert DeskEntry.objects.filter(kind=EntryKind.ACKNOWLEDGED).count() == 1
