"""Silences, toggles and runs at their edges."""

from __future__ import annotations

import numpy as np
import pytest

from throughcare.kernel.time import Interval
from throughcare.monitoring.episodes import Episode, Run, between, merge_runs, silences

S = 1_000_000


def at(*seconds: int) -> np.ndarray:
    return np.array(seconds, np.int64) * S


def found(contacts: np.ndarray, *, worn: tuple[int, int], now: int, limit_s: float = 10, **given: int):
    episodes = silences(
        contacts, Interval(worn[0] * S, worn[1] * S), limit_s=limit_s, now_us=now * S, **given
    )
    return [(e.start_us // S, None if e.end_us is None else e.end_us // S) for e in episodes]


def test_a_silence_of_exactly_the_limit_counts_only_while_it_lasts() -> None:
    assert found(at(0, 10), worn=(0, 15), now=15) == []
    assert found(at(0), worn=(0, 10), now=10) == [(0, None)]


def test_a_silence_up_to_the_end_of_the_activation_ends_there() -> None:
    assert found(at(0), worn=(0, 11), now=50) == [(0, 11)]
    assert found(at(0), worn=(0, 10), now=50) == []


def test_silence_before_the_first_contact_counts_from_the_start() -> None:
    assert found(at(30), worn=(0, 31), now=31) == [(0, 30)]
    assert found(at(), worn=(0, 31), now=31) == [(0, None)]


def test_silences_that_ended_before_the_cut_are_left_out() -> None:
    contacts = at(0, 20, 21, 60)

    assert found(contacts, worn=(0, 61), now=61) == [(0, 20), (21, 60)]
    assert found(contacts, worn=(0, 61), now=61, whole_from_us=21 * S) == [(21, 60)]
    assert found(contacts, worn=(0, 61), now=61, whole_from_us=20 * S) == [(0, 20), (21, 60)]


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ("", []),
        ("e", []),
        ("b", [(0, None)]),
        ("be", [(0, 1)]),
        ("bbee", [(0, 2)]),
        ("ebeb", [(1, 2), (3, None)]),
        ("b.e.b", [(0, 2), (4, None)]),
    ],
)
def test_episodes_run_from_the_first_begin_to_the_next_end(
    kinds: str, expected: list[tuple[int, int | None]]
) -> None:
    begins = np.array([kind == "b" for kind in kinds], np.bool_)
    ends = np.array([kind == "e" for kind in kinds], np.bool_)

    episodes = between(at(*range(len(kinds))), begins, ends, stop_us=99 * S, now_us=99 * S)

    assert [(e.start_us // S, None if e.end_us is None else e.end_us // S) for e in episodes] == expected


def test_what_both_begins_and_ends_ends() -> None:
    both = np.array([False, True])

    assert between(at(0, 1), np.array([True, True]), both, stop_us=9 * S, now_us=9 * S) == [Episode(0, S)]


def test_an_episode_without_an_end_stops_with_the_activation() -> None:
    begins, ends = np.array([True]), np.array([False])

    assert between(at(1), begins, ends, stop_us=5 * S, now_us=9 * S) == [Episode(S, 5 * S)]


def runs(*episodes: tuple[int, int | None], now: int, stop: int = 999, quiet: int | None = None) -> list[Run]:
    made = [Episode(a * S, None if b is None else b * S) for a, b in episodes]
    return merge_runs(
        made,
        gap_s=10,
        worn=Interval(0, min(stop, now) * S),
        now_us=now * S,
        quiet_us=None if quiet is None else quiet * S,
    )


def test_episodes_closer_than_the_gap_are_one_run() -> None:
    assert [len(run.episodes) for run in runs((0, 5), (14, 20), (30, 31), now=50)] == [2, 1]


def test_a_run_is_settled_when_no_further_episode_can_join_it() -> None:
    assert [run.settled for run in runs((0, 5), now=14)] == [False]
    assert [run.settled for run in runs((0, 5), now=15)] == [True]
    assert [run.settled for run in runs((0, 5), now=99, quiet=14)] == [False]
    assert [run.settled for run in runs((0, 5), (20, None), now=99)] == [True, False]
    assert [run.settled for run in runs((0, 5), now=7, stop=6)] == [True]
