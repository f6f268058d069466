"""Old days go to files: nothing is lost on the way, and everything that reads facts reads both."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.service.conftest import Clock
from tests.service.monitoring.lives import (
    BY,
    END_US,
    START_US,
    deliver,
    expected,
    facts_from,
    order_for,
    put_on_record,
    retain,
    said,
    standing,
    work_until_idle,
)
from throughcare.kernel.time import DAY_US, HOUR_US, MINUTE_US, iso_utc
from throughcare.monitoring.codec import encode
from throughcare.monitoring.fixes import Fixes
from throughcare.monitoring.status import Statuses
from throughcare.orders.model import Order
from throughcare.service.monitoring import archiving, waking
from throughcare.service.monitoring.actions import Memory, archive_days, expire_days, work_once
from throughcare.service.monitoring.archiving import damaged
from throughcare.service.monitoring.models import (
    ArchiveFile,
    EngineState,
    InboxItem,
    IncidentRow,
    PositionRow,
    Reject,
    StatusRow,
)
from throughcare.service.monitoring.queries import trail
from throughcare.service.monitoring.recorded import archive_folder, recorded, whole_state
from throughcare.service.orders.actions import record_order
from throughcare.service.people.models import Person

pytestmark = pytest.mark.django_db
LATER_US = END_US + 3 * DAY_US


@pytest.fixture
def facts(settings: object, tmp_path: Path) -> tuple[Fixes, Statuses]:
    """Two days of one person, evaluated; the archive is empty and takes what is older than a day."""
    settings.CONFIGURATION = replace(settings.CONFIGURATION, data_dir=tmp_path, archive_days=1)
    made = facts_from(17, people=1, fixes=260, statuses=100)
    put_on_record([order_for(0)])
    deliver(*said(*made), now_us=END_US)
    work_until_idle(now_us=END_US)
    return made


def content() -> list[int]:
    fixes, statuses = recorded("A0")
    return sorted([*fixes.content().tolist(), *statuses.content().tolist()])


def test_past_days_move_and_every_fact_is_still_read_once(facts: tuple[Fixes, Statuses]) -> None:
    before, whole = content(), trail("W0", START_US, END_US)
    done = archive_days(now_us=LATER_US)
    assert (PositionRow.objects.count(), StatusRow.objects.count()) == (0, 0)
    assert done.rows == len(before)
    assert done.files == ArchiveFile.objects.count() == 6
    assert content() == before
    assert trail("W0", START_US, END_US) == whole
    assert damaged() == []
    assert archive_days(now_us=LATER_US).rows == 0


def test_the_days_that_must_stay_stay(facts: tuple[Fixes, Statuses]) -> None:
    archive_days(now_us=END_US + DAY_US)  # it is 5 March: the 4th stays, and so does the 3rd, by a day
    days = {str(day) for day in ArchiveFile.objects.values_list("day", flat=True)}
    assert days == {"2026-03-02", "2026-03-03"}
    assert PositionRow.objects.exists()


def test_a_state_whose_facts_were_archived_is_put_back_and_goes_on(facts: tuple[Fixes, Statuses]) -> None:
    archive_days(now_us=LATER_US)
    memory = Memory()
    work_until_idle(now_us=LATER_US, memory=memory)
    state = EngineState.objects.get()
    put_back = whole_state("A0", bytes(state.blob))
    remembered = memory.recall("A0", state.version)
    assert put_back is not None
    assert remembered is not None
    assert encode(put_back) == encode(remembered)
    assert standing() == expected(*facts, order_ids=["O0"], now_us=LATER_US)


def test_a_late_fact_of_an_archived_day_is_evaluated_with_all_the_others(
    facts: tuple[Fixes, Statuses], settings: object
) -> None:
    retain(settings, 6)
    memory = Memory()
    work_until_idle(now_us=LATER_US, memory=memory)
    archive_days(now_us=LATER_US)
    late = facts_from(18, people=1, fixes=60, statuses=20)
    deliver(*said(*late), now_us=LATER_US)
    work_until_idle(now_us=LATER_US, memory=memory)
    fixes, statuses = Fixes.concat([facts[0], late[0]]), Statuses.concat([facts[1], late[1]])
    assert standing() == expected(fixes, statuses, order_ids=["O0"], now_us=LATER_US)
    archive_days(now_us=LATER_US)
    assert content() == sorted({*fixes.content().tolist(), *statuses.content().tolist()})


def test_the_same_fact_delivered_after_it_was_archived_is_still_one(facts: tuple[Fixes, Statuses]) -> None:
    before = content()
    for _ in range(4):
        archive_days(now_us=LATER_US)
        deliver(*said(*facts), now_us=LATER_US)
        work_until_idle(now_us=LATER_US)
        assert content() == before
    archive_days(now_us=LATER_US)
    assert content() == before
    assert standing() == expected(*facts, order_ids=["O0"], now_us=LATER_US)


def test_a_day_in_many_files_becomes_one_and_the_old_files_go_after_their_grace(
    facts: tuple[Fixes, Statuses],
) -> None:
    archive_days(now_us=LATER_US)
    for seed in (30, 31, 32):
        deliver(*said(*facts_from(seed, people=1, fixes=40, statuses=10)), now_us=LATER_US)
        work_until_idle(now_us=LATER_US)
        archive_days(now_us=LATER_US)
    before = content()
    live = ArchiveFile.objects.filter(replaced_us__isnull=True)
    assert live.filter(kind="positions", day="2026-03-02").count() == 1
    replaced = list(ArchiveFile.objects.filter(replaced_us__isnull=False).values_list("path", flat=True))
    assert replaced
    assert all((archive_folder() / path).exists() for path in replaced)
    archive_days(now_us=LATER_US + 2 * HOUR_US)
    assert not any((archive_folder() / path).exists() for path in replaced)
    assert content() == before
    assert damaged() == []


@pytest.mark.parametrize("stopped", ["_write_down", "write_part"])
def test_a_run_that_is_stopped_loses_nothing_and_the_next_one_clears_up(
    facts: tuple[Fixes, Statuses], stopped: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = content()

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(archiving, stopped, stop)
        with pytest.raises(KeyboardInterrupt):
            archive_days(now_us=LATER_US)
    assert content() == before
    assert PositionRow.objects.exists()
    assert archive_days(now_us=LATER_US + archiving.LEASE_US - 1).rows == 0  # it may yet be at work
    done = archive_days(now_us=LATER_US + archiving.LEASE_US)
    assert done.rows == len(before)
    assert content() == before
    assert damaged() == []
    archive_days(now_us=LATER_US + 2 * archiving.GRACE_US)
    assert len(files()) == ArchiveFile.objects.filter(replaced_us__isnull=True).count()


def files() -> list[Path]:
    return [path for path in archive_folder().glob("*/*/*") if path.is_file()]


def test_a_run_at_work_renews_its_lease_and_one_that_stood_still_writes_nothing_over_the_next(
    facts: tuple[Fixes, Statuses], monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    before = content()
    move, began_us = archiving._move_part, clock.now_us
    others: list[int] = []

    def slowly(kind: str, day: dt.date, now_us: int) -> int | None:
        clock.now_us += archiving.LEASE_US - 1  # as long as it may take: a fifth of an hour after three files
        others.append(archive_days(now_us=now_us + clock.now_us - began_us).rows)
        return move(kind, day, now_us)

    with monkeypatch.context() as patched:
        patched.setattr(archiving, "_move_part", slowly)
        assert archive_days(now_us=LATER_US).rows == len(before)
    assert len(others) > 3
    assert not any(others)
    assert content() == before


def test_of_two_runs_at_once_none_loses_or_doubles_a_fact(
    facts: tuple[Fixes, Statuses], monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    before = content()
    write, second = archiving.write_part, []

    def stand_still(*args: object, **kept: object) -> object:
        part = write(*args, **kept)
        if not second:  # after the first file was written and before it is written down, the lease runs out
            second.append(True)
            later_us = LATER_US + archiving.LEASE_US
            second.append(archive_days(now_us=later_us))
            archive_days(now_us=later_us + 2 * archiving.GRACE_US)
            clock.now_us += archiving.LEASE_US
        return part

    monkeypatch.setattr(archiving, "write_part", stand_still)
    archive_days(now_us=LATER_US)
    assert second[1].rows == len(before)
    assert content() == before
    assert damaged() == []
    assert (PositionRow.objects.count(), StatusRow.objects.count()) == (0, 0)


def test_days_whose_time_is_over_go_but_for_who_is_on_hold(facts: tuple[Fixes, Statuses]) -> None:
    archive_days(now_us=LATER_US)
    before = content()
    assert expire_days(now_us=LATER_US, before_us=END_US, keep={"A0"}) == 0
    assert content() == before
    gone = expire_days(now_us=LATER_US, before_us=START_US + DAY_US, keep=())
    left = content()
    assert gone == len(before) - len(left)
    assert 0 < len(left) < len(before)
    assert int(recorded("A0")[0].t_us.min()) >= START_US // DAY_US * DAY_US + DAY_US


def test_a_damaged_file_is_named(facts: tuple[Fixes, Statuses]) -> None:
    archive_days(now_us=LATER_US)
    path = ArchiveFile.objects.order_by("path").first().path
    (archive_folder() / path).write_bytes(b"")
    assert damaged() == [path]


def test_facts_of_nobody_stay_in_the_database(facts: tuple[Fixes, Statuses]) -> None:
    strange, _ = said(*facts)
    stranger = strange.rekey(np.zeros(len(strange), np.int64), ("D77",))
    deliver(stranger, said(*facts)[1], now_us=END_US)
    work_until_idle(now_us=END_US)
    archive_days(now_us=LATER_US)
    assert PositionRow.objects.filter(device_id="D77").count() == PositionRow.objects.count() > 0


def test_a_damaged_archive_lets_the_activation_rest_and_keeps_the_late_fact(
    facts: tuple[Fixes, Statuses], settings: object
) -> None:
    retain(settings, 6)
    memory = Memory()
    work_until_idle(now_us=LATER_US, memory=memory)
    archive_days(now_us=LATER_US)
    paths = [archive_folder() / path for path in ArchiveFile.objects.values_list("path", flat=True)]
    whole = {path: path.read_bytes() for path in paths}
    for path in paths:
        path.write_bytes(b"damaged")
    EngineState.objects.update(blob=b"")
    memory = Memory()
    late = facts_from(18, people=1, fixes=5, statuses=0)
    deliver(*said(*late), now_us=LATER_US)
    assert work_once(worker="w1", now_us=LATER_US, memory=memory).troubled == 1
    assert (InboxItem.objects.count(), Reject.objects.count()) == (1, 0)
    assert "RefusedInput" in EngineState.objects.get().trouble
    for path, data in whole.items():
        path.write_bytes(data)
    work_until_idle(now_us=LATER_US + HOUR_US, memory=memory)
    assert InboxItem.objects.count() == 0
    fixes = Fixes.concat([facts[0], late[0]])
    assert standing() == expected(fixes, facts[1], order_ids=["O0"], now_us=LATER_US + HOUR_US)


def moved_to(another: str, at_us: int, activation: str = "A0") -> None:
    """Give the tag to somebody else: the first activation ends, or is no longer named, and another begins."""
    said = order_for(0).as_json()
    first = {**said["activations"][0], "to_time": iso_utc(at_us)}
    told = {"version": 2, "recorded_at": iso_utc(LATER_US), "activations": [first] if activation else []}
    ended = Order.model_validate({**said, **told})
    record_order(by=BY, now_us=LATER_US, person_id=Person.objects.get(ref="W0").pk, order=ended)
    theirs = {**said["activations"][0], "activation_id": "A9", "from_time": iso_utc(at_us)}
    begun = {
        "order_id": "O9",
        "wearer_ref": another,
        "activations": [theirs],
        "recorded_at": iso_utc(LATER_US),
    }
    put_on_record([Order.model_validate({**said, **begun})], now_us=LATER_US)


def facts_of(activation_id: str) -> list[tuple[str, ...]]:
    """Return what is recorded of an activation, without whose it is."""
    return told_by(*recorded(activation_id))


def told_by(fixes: Fixes, statuses: Statuses) -> list[tuple[str, ...]]:
    columns = [[getattr(batch, name).tolist() for name in batch.FACTS] for batch in (fixes, statuses)]
    return sorted(tuple(map(str, values)) for batch in columns for values in zip(*batch, strict=True))


def parted(
    facts: tuple[Fixes, Statuses], at_us: int
) -> tuple[tuple[Fixes, Statuses], tuple[Fixes, Statuses]]:
    fixes, statuses = facts
    before = fixes.take(fixes.t_us < at_us), statuses.take(statuses.t_us < at_us)
    after = fixes.take(fixes.t_us >= at_us), statuses.take(statuses.t_us >= at_us)
    return before, tuple(part.rekey(np.zeros(len(part), np.int64), ("A9",)) for part in after)


@pytest.mark.parametrize("stopped", [False, True])
def test_archived_facts_follow_a_tag_that_went_to_somebody_else(
    facts: tuple[Fixes, Statuses], stopped: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive_days(now_us=LATER_US)
    before, at_us = facts_of("A0"), START_US + DAY_US
    moved_to("W9", at_us)
    if stopped:  # killed when the facts are out of their files and not yet in the inbox
        with monkeypatch.context() as patched:
            patched.setattr(waking, "put_back", interrupted)
            with pytest.raises(KeyboardInterrupt):
                work_once(worker="w1", now_us=LATER_US, memory=Memory())
        assert facts_of("A0") == before
        assert InboxItem.objects.count() == 0
    memory = Memory()
    for minute in range(4):  # the second look comes when the version is settled
        work_until_idle(now_us=LATER_US + minute * MINUTE_US, memory=memory)
    mine, theirs = parted(facts, at_us)
    assert sorted([*facts_of("A0"), *facts_of("A9")]) == before
    assert facts_of("A9") == [fact for fact in before if int(fact[0]) >= at_us]
    now_us = LATER_US + 3 * MINUTE_US
    both = [Fixes.concat([mine[0], theirs[0]]), Statuses.concat([mine[1], theirs[1]])]
    assert standing() == expected(*both, order_ids=["O0", "O9"], now_us=now_us)
    archive_days(now_us=LATER_US + 2 * DAY_US)
    assert sorted([*facts_of("A0"), *facts_of("A9")]) == before
    assert damaged() == []


def interrupted(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_what_was_told_of_an_activation_that_a_correction_dropped_is_taken_back(
    facts: tuple[Fixes, Statuses],
) -> None:
    assert standing()
    archive_days(now_us=LATER_US)
    before = facts_of("A0")
    moved_to("W9", START_US - HOUR_US * 3, activation="")
    memory = Memory()
    for minute in range(4):
        work_until_idle(now_us=LATER_US + minute * MINUTE_US, memory=memory)
    assert facts_of("A0") == []
    assert facts_of("A9") == before
    assert not IncidentRow.objects.filter(activation_id="A0", retracted=False).exists()
    assert IncidentRow.objects.filter(activation_id="A9", retracted=False).exists()
