"""The worker's loop: it works off what waits, outlives trouble and leaves in order."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import OperationalError

from tests.service.conftest import Clock
from throughcare.service.operations.models import WorkerBeat
from throughcare.service.operations.working import Loop, Task

pytestmark = pytest.mark.django_db


class Waits:
    """Stands in for waiting: counts the waits and ends the loop after the last."""

    def __init__(self, loop: Loop, *, at_most: int) -> None:
        self.loop, self.left, self.waited_s = loop, at_most, []

    def __call__(self, wait_s: float) -> bool:
        self.waited_s.append(wait_s)
        self.left -= 1
        if self.left <= 0:
            self.loop.stop.set()
        return self.loop.stop.is_set()


@pytest.fixture(autouse=True)
def keep_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the test's connection open: the loop closes old ones between passes."""
    monkeypatch.setattr("throughcare.service.operations.working.close_old_connections", lambda: None)
    monkeypatch.setattr("throughcare.service.operations.working.connections.close_all", lambda: None)


def counting_down(number: int) -> Callable[[int], int]:
    left = [number]

    def run(now_us: int) -> int:
        done = min(left[0], 10)
        left[0] -= done
        return done

    return run


def test_a_worker_works_off_what_waits_and_says_what_it_did(clock: Clock) -> None:
    Loop(name="w1", tasks=(Task(name="evaluate", run=counting_down(25)),)).run(once=True)
    beat = WorkerBeat.objects.get(worker="w1")
    assert (beat.done, beat.passes) == ({"evaluate": 25}, 3)
    assert beat.stopped_us == clock.now_us


def test_a_database_that_is_away_is_waited_for_longer_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([OperationalError("gone"), OperationalError("gone"), OSError("disk full"), 3, 0])

    def run(now_us: int) -> int:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    loop = Loop(name="w1", tasks=(Task(name="evaluate", run=run),))
    waits = Waits(loop, at_most=4)
    monkeypatch.setattr(loop.stop, "wait", waits)
    loop.run()
    assert waits.waited_s[:3] == [1.0, 2.0, 4.0]
    beat = WorkerBeat.objects.get(worker="w1")
    assert (beat.done, beat.trouble) == ({"evaluate": 3}, "")


def test_what_is_no_trouble_of_the_outside_ends_the_worker() -> None:
    def run(now_us: int) -> int:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Loop(name="w1", tasks=(Task(name="evaluate", run=run),)).run(once=True)


def test_a_worker_that_is_told_to_stop_begins_nothing_new() -> None:
    ran: list[str] = []
    loop = Loop(name="w1", tasks=())

    def first(now_us: int) -> int:
        ran.append("first")
        loop.stop.set()
        return 1

    def second(now_us: int) -> int:
        ran.append("second")
        return 1

    loop.tasks = (Task(name="first", run=first), Task(name="second", run=second))
    loop.run()
    assert ran == ["first"]
    assert WorkerBeat.objects.get(worker="w1").stopped_us is not None
