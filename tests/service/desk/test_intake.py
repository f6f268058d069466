"""What the engine tells comes on the desk, and stays to be seen whatever becomes of it."""

from __future__ import annotations

import pytest

from tests.service.desk.tellings import incident, item_of, tell
from tests.service.makers import NOW_US, make_person
from throughcare.kernel.time import DAY_US, HOUR_US, MINUTE_US
from throughcare.monitoring.incidents import Cause, IncidentKind
from throughcare.service.desk.actions import fire_clocks, take_in
from throughcare.service.desk.models import DeskEntry, DeskItem, Intake
from throughcare.service.desk.vocabulary import EntryKind, ItemState, MergeRule, Outcome, Suppression

pytestmark = pytest.mark.django_db


def entries(incident_id: str = "inc-1") -> list[str]:
    return list(
        DeskEntry.objects.filter(item=item_of(incident_id)).order_by("pk").values_list("kind", flat=True)
    )


def test_a_new_incident_is_a_new_item_with_a_rank_in_words_and_a_clock() -> None:
    make_person()
    tell(incident())
    assert take_in(now_us=NOW_US) == 1
    item = item_of()
    assert item.state == ItemState.NEW
    assert item.rank == sum(points for points, _ in item.rank_reasons)
    assert item.rank_reasons[0] == [360, "kind of incident: curfew absence"]
    assert (item.due_step, item.due_us) == ("acknowledge", NOW_US + 10 * MINUTE_US)
    assert entries() == [EntryKind.TAKEN_IN]
    assert take_in(now_us=NOW_US) == 0


def test_an_incident_that_grew_changes_its_item_and_says_so() -> None:
    tell(incident(minutes=None))
    take_in(now_us=NOW_US)
    tell(incident(minutes=90), now_us=NOW_US + MINUTE_US)
    take_in(now_us=NOW_US + MINUTE_US)
    assert item_of().is_over
    assert entries() == [EntryKind.TAKEN_IN, EntryKind.GREW]


def test_a_retracted_incident_closes_its_item_and_says_why() -> None:
    tell(incident())
    take_in(now_us=NOW_US)
    tell(incident(), now_us=NOW_US + MINUTE_US, retracted=True)
    take_in(now_us=NOW_US + MINUTE_US)
    item = item_of()
    assert (item.state, item.outcome, item.closed_us) == (
        ItemState.CLOSED,
        Outcome.RETRACTED,
        NOW_US + MINUTE_US,
    )
    assert entries()[-1] == EntryKind.RETRACTED


def test_what_was_retracted_and_is_told_again_comes_back() -> None:
    for minute, retracted in enumerate((False, True, False)):
        tell(incident(), now_us=NOW_US + minute * MINUTE_US, retracted=retracted)
        take_in(now_us=NOW_US + minute * MINUTE_US)
    assert item_of().state == ItemState.NEW
    assert entries()[-1] == EntryKind.RETOLD


def test_what_was_suppressed_and_retracted_comes_back_to_the_desk_when_it_is_told_again() -> None:
    for minute, retracted in enumerate((False, True, False)):
        tell(incident(allowed_s=3600.0), now_us=NOW_US + minute * MINUTE_US, retracted=retracted)
        take_in(now_us=NOW_US + minute * MINUTE_US)
        if retracted:
            assert (item_of().state, item_of().suppressed) == (ItemState.CLOSED, "")
    assert (item_of().state, item_of().suppressed) == (ItemState.NEW, "")


def test_an_incident_retracted_before_anybody_saw_it_has_its_item_all_the_same() -> None:
    tell(incident(), retracted=True)
    take_in(now_us=NOW_US)
    assert (item_of().state, item_of().outcome) == (ItemState.CLOSED, Outcome.RETRACTED)


def test_two_absences_of_one_night_are_one_item() -> None:
    tell(incident("inc-1", minutes=30))
    tell(incident("inc-2", start_us=NOW_US - HOUR_US, minutes=20))
    take_in(now_us=NOW_US)
    second = item_of("inc-2")
    assert (second.state, second.merged_into, second.merge_rule) == (
        ItemState.MERGED, item_of("inc-1"), MergeRule.SAME_DEMAND,
    )  # fmt: skip
    assert entries("inc-1") == [EntryKind.TAKEN_IN, EntryKind.MERGED]


def test_silence_and_battery_are_one_item_ranked_by_the_graver() -> None:
    tell(incident("bat", kind=IncidentKind.BATTERY, minutes=None))
    tell(incident("gone", kind=IncidentKind.LOSS_OF_CONTACT, minutes=None, start_us=NOW_US - HOUR_US))
    take_in(now_us=NOW_US)
    assert item_of("gone").merge_rule == MergeRule.SILENCE_AND_BATTERY
    assert item_of("bat").lead_kind == IncidentKind.LOSS_OF_CONTACT


def test_an_item_stands_while_one_of_its_incidents_stands() -> None:
    tell(incident("inc-1", minutes=30))
    tell(incident("inc-2", start_us=NOW_US - HOUR_US, minutes=20))
    take_in(now_us=NOW_US)
    tell(incident("inc-1", minutes=30), now_us=NOW_US + 1, retracted=True)
    take_in(now_us=NOW_US + 1)
    assert item_of("inc-1").state == ItemState.NEW
    tell(incident("inc-2", start_us=NOW_US - HOUR_US, minutes=20), now_us=NOW_US + 2, retracted=True)
    take_in(now_us=NOW_US + 2)
    assert item_of("inc-1").outcome == Outcome.RETRACTED


def test_what_an_authorised_absence_covers_is_suppressed_and_comes_back_when_it_does_not() -> None:
    tell(incident(allowed_s=3600.0))
    take_in(now_us=NOW_US)
    assert (item_of().state, item_of().suppressed) == (ItemState.SUPPRESSED, Suppression.COVERED)
    tell(incident(allowed_s=1800.0), now_us=NOW_US + 1)
    take_in(now_us=NOW_US + 1)
    assert (item_of().state, item_of().suppressed) == (ItemState.NEW, "")
    assert entries() == [EntryKind.SUPPRESSED, EntryKind.GREW, EntryKind.UNSUPPRESSED]


def test_a_short_silence_is_suppressed_unless_something_points_to_tampering() -> None:
    for name, cause in (("quiet", Cause.INDOORS), ("cut", Cause.TAMPER)):
        tell(incident(name, kind=IncidentKind.LOSS_OF_CONTACT, minutes=40, cause=cause, person_ref=name))
    take_in(now_us=NOW_US)
    assert item_of("quiet").suppressed == Suppression.SHORT_SILENCE
    assert item_of("cut").state == ItemState.NEW


def test_a_clock_that_runs_out_is_told_once_and_the_last_calls_a_senior() -> None:
    tell(incident())
    take_in(now_us=NOW_US)
    assert fire_clocks(now_us=NOW_US + 9 * MINUTE_US) == 0
    for minute in (10, 20, 45):
        assert fire_clocks(now_us=NOW_US + minute * MINUTE_US) == 1
        assert fire_clocks(now_us=NOW_US + minute * MINUTE_US) == 0
    item = item_of()
    assert item.run_out == ["acknowledge", "contact", "senior"]
    assert item.escalated_us == NOW_US + 45 * MINUTE_US
    assert item.due_us is None


def test_the_rank_of_what_goes_on_rises_with_time() -> None:
    tell(incident(minutes=None))
    take_in(now_us=NOW_US)
    before = item_of().rank
    take_in(now_us=NOW_US + HOUR_US)
    assert item_of().rank == before + 20


def test_repeats_in_28_days_raise_the_rank_and_older_ones_do_not() -> None:
    for name, days in (("a", 27), ("b", 10), ("c", 40)):
        tell(incident(name, start_us=NOW_US - days * DAY_US))
    tell(incident("now"))
    take_in(now_us=NOW_US)
    assert [30, "the same happened 2 times before in 28 days"] in item_of("now").rank_reasons


def test_a_row_that_was_committed_late_is_found_by_the_sweep() -> None:
    tell(incident("soon"))
    take_in(now_us=NOW_US)
    tell(incident("late", person_ref="P2"), now_us=NOW_US - 5 * HOUR_US)
    assert take_in(now_us=NOW_US + MINUTE_US) == 0
    assert take_in(now_us=NOW_US + HOUR_US) >= 1
    assert DeskItem.objects.filter(incident_id="late").exists()
    assert Intake.objects.get().swept_us == NOW_US + HOUR_US
