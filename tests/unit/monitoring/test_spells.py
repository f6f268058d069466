"""What spells count, against a counter that looks at every second."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from throughcare.kernel.time import SECOND_US, Interval
from throughcare.monitoring.presence import Presence, Segment
from throughcare.monitoring.spells import SegmentIndex, seconds, spells_in, union, unknown_s

DAY_S = 600  # a small day, so that every second of it can be looked at
STATES = (Presence.OUTSIDE, Presence.UNKNOWN, Presence.INSIDE)


@st.composite
def histories(draw: st.DrawFn) -> tuple[tuple[Segment, ...], int]:
    """Return contiguous segments, the last one open, and now; evidence lies inside its segment."""
    cuts = sorted(draw(st.sets(st.integers(1, DAY_S - 1), max_size=8)))
    edges = [0, *cuts, DAY_S]
    segments = []
    for number, (start, end) in enumerate(pairwise(edges)):
        state = draw(st.sampled_from(STATES))
        first = draw(st.integers(start, end))
        last = draw(st.integers(first, end))
        if state is Presence.UNKNOWN:
            first = last = start
        segments.append(
            Segment(
                start * SECOND_US,
                None if number == len(edges) - 2 else end * SECOND_US,
                state,
                first * SECOND_US,
                last * SECOND_US,
                last * SECOND_US,
                1,
                0.9,
            )
        )
    return tuple(segments), draw(st.integers(edges[-2] + 1, DAY_S)) * SECOND_US


@st.composite
def demands(draw: st.DrawFn) -> tuple[Interval, ...]:
    """Return disjoint, sorted pieces of demanded time."""
    edges = sorted(draw(st.sets(st.integers(0, DAY_S + 60), min_size=2, max_size=6)))
    return tuple(Interval(a * SECOND_US, b * SECOND_US) for a, b in list(pairwise(edges))[::2])


def held(segments: tuple[Segment, ...], second: int, now_us: int) -> Segment:
    return next(
        s for s in segments if s.start_us <= second * SECOND_US < (now_us if s.end_us is None else s.end_us)
    )


def demanded_seconds(pieces: tuple[Interval, ...], now_us: int) -> list[int]:
    return [
        second
        for second in range(DAY_S + 60)
        if second * SECOND_US < now_us and any(piece.contains(second * SECOND_US) for piece in pieces)
    ]


@given(histories(), demands())
def test_the_likely_length_is_every_demanded_second_out_of_compliance(
    history: tuple[tuple[Segment, ...], int], pieces: tuple[Interval, ...]
) -> None:
    segments, now_us = history
    index = SegmentIndex(segments, now_us=now_us)
    spells = spells_in(index, pieces)
    counted = demanded_seconds(pieces, now_us)
    outside = [s for s in counted if held(segments, s, now_us).state is Presence.OUTSIDE]
    unknown = [s for s in counted if held(segments, s, now_us).state is Presence.UNKNOWN]
    assert seconds(union(spells, "best")) == len(outside)
    assert unknown_s(index, pieces) == len(unknown)


@given(histories(), demands())
def test_the_proved_length_is_every_demanded_second_between_first_and_last_evidence(
    history: tuple[tuple[Segment, ...], int], pieces: tuple[Interval, ...]
) -> None:
    segments, now_us = history
    proved = [
        second
        for second in demanded_seconds(pieces, now_us)
        if any(s.state is Presence.OUTSIDE and s.first_us <= second * SECOND_US < s.last_us for s in segments)
    ]
    found = spells_in(SegmentIndex(segments, now_us=now_us), pieces)
    assert seconds(union(found, "low")) == len(proved)


@given(histories(), demands())
def test_the_possible_length_is_every_demanded_second_not_between_two_sights_of_compliance(
    history: tuple[tuple[Segment, ...], int], pieces: tuple[Interval, ...]
) -> None:
    segments, now_us = history
    spells = spells_in(SegmentIndex(segments, now_us=now_us), pieces)
    possible = set()
    for spell in spells:
        place = segments.index(spell.segment)
        before = [s.last_us for s in segments[:place] if s.state is Presence.INSIDE]
        after = [s.first_us for s in segments[place + 1 :] if s.state is Presence.INSIDE]
        start_us, stop_us = before[-1] if before else segments[0].start_us, after[0] if after else now_us
        possible |= {s for s in demanded_seconds(pieces, now_us) if start_us <= s * SECOND_US < stop_us}
    assert seconds(union(spells, "high")) == len(possible)


@given(histories(), demands())
def test_proved_is_within_likely_is_within_possible(
    history: tuple[tuple[Segment, ...], int], pieces: tuple[Interval, ...]
) -> None:
    segments, now_us = history
    for spell in spells_in(SegmentIndex(segments, now_us=now_us), pieces):
        assert seconds(spell.low) <= seconds(spell.best) <= seconds(spell.high)
        assert spell.best
        assert spell.open == (spell.segment.end_us is None and now_us < pieces[-1].stop_us)


def test_no_demanded_time_has_passed_before_it_begins() -> None:
    segment = Segment(0, None, Presence.OUTSIDE, 0, 10, 5, 3, 0.9)
    index = SegmentIndex((segment,), now_us=20)
    assert spells_in(index, (Interval(20, 30),)) == []
    assert unknown_s(index, (Interval(20, 30),)) == 0.0
    assert spells_in(index, ()) == []
