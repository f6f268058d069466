"""Plain words: lengths, clock times, and what an incident says."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from tests.lib import nights
from throughcare.adapters.reports import words
from throughcare.kernel.time import HOUR_US, SECOND_US
from throughcare.monitoring.incidents import AlertCode, Cause, IncidentKind, IncidentStatus

INCIDENT = nights.activation().incidents[0]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (59.4, "59 s"),
        (60, "1 min"),
        (61, "1 min 1 s"),
        (599, "9 min 59 s"),
        (600, "10 min"),
        (629, "10 min"),
        (631, "11 min"),
        (3599, "1 h"),
        (5220, "1 h 27 min"),
        (86_400, "1 day"),
        (2 * 86_400 + 3 * 3600 + 60, "2 days 3 h 1 min"),
    ],
)
def test_a_length_reads_as_a_person_would_say_it(seconds: float, said: str) -> None:
    assert words.duration(seconds) == said


def test_the_headline_gives_the_span_the_length_and_both_bounds() -> None:
    assert words.headline(INCIDENT, nights.LONDON) == (
        "Away from the curfew address from 21:04 to 22:31 on Monday 2 March 2026: "
        "1 h 27 min (at least 1 h 20 min, at most 1 h 35 min)."
    )


def test_an_open_incident_says_that_it_had_not_ended() -> None:
    still = replace(INCIDENT, end_us=None, status=IncidentStatus.OPEN)
    assert "since 21:04 on Monday 2 March 2026; it had not ended when this was written" in words.headline(
        still, nights.LONDON
    )
    assert any("still open" in said for said in words.unknowns(still))


def test_several_spells_are_counted_so_that_the_span_is_not_read_as_the_length() -> None:
    twice = replace(INCIDENT, spells=INCIDENT.spells * 2)
    assert ": 1 h 27 min, in 2 spells (at least" in words.headline(twice, nights.LONDON)


def test_times_in_tables_carry_their_date() -> None:
    assert words.stamp(nights.at(nights.FIRST, 21, 4, 9), nights.LONDON) == "2 Mar 21:04:09"


def test_an_incident_across_midnight_names_both_days() -> None:
    long = replace(INCIDENT, end_us=INCIDENT.start_us + 4 * HOUR_US)
    assert "from 21:04 on Monday 2 March 2026 to 01:04 on Tuesday 3 March 2026" in words.headline(
        long, nights.LONDON
    )


def test_what_is_not_known_is_always_said() -> None:
    bare = replace(INCIDENT, unknown_s=0.0, cause=None, low_s=1.0, high_s=1.0)
    assert words.unknowns(bare) == ["Why it happened. The equipment cannot say; ask the wearer."]
    assert "Not known is not absence." in words.unknowns(INCIDENT)[0]


def test_every_kind_code_and_cause_has_words() -> None:
    assert set(words.KIND_WORDS) == set(IncidentKind)
    assert set(words.CODE_WORDS) == set(AlertCode)
    assert set(words.CAUSE_WORDS) == set(Cause)


def test_the_repeated_hour_of_autumn_tells_its_two_times_apart() -> None:
    day = dt.date(2026, 10, 25)
    first, second = nights.at(day, 1, 30), nights.at(day, 1, 30, fold=1)
    assert second - first == HOUR_US
    assert [words.clock(t, nights.LONDON) for t in (first, second)] == ["01:30 BST", "01:30 GMT"]


def test_an_ordinary_night_needs_no_zone_name() -> None:
    assert words.clock(nights.at(nights.FIRST, 21, 4, 9), nights.LONDON, seconds=True) == "21:04:09"


@pytest.mark.parametrize(
    ("date", "before", "after"),
    [(dt.date(2026, 3, 28), "00:59 GMT", "02:00 BST"), (dt.date(2026, 10, 24), "01:59 BST", "01:00 GMT")],
)
def test_the_moment_of_the_clock_change_is_found(date: dt.date, before: str, after: str) -> None:
    noon = words.noon_us(date, nights.LONDON)
    change = words.clock_change_us(noon, noon + 24 * HOUR_US, nights.LONDON)
    assert change is not None
    assert words.clock(change - SECOND_US, nights.LONDON) == before
    assert words.clock(change, nights.LONDON) == after


def test_an_ordinary_night_has_no_clock_change() -> None:
    noon = words.noon_us(nights.FIRST, nights.LONDON)
    assert words.clock_change_us(noon, noon + 24 * HOUR_US, nights.LONDON) is None


@pytest.mark.parametrize("date", [nights.FIRST, dt.date(2026, 3, 28), dt.date(2026, 10, 24)])
def test_a_night_runs_from_noon_to_noon_by_the_clock(date: dt.date) -> None:
    after = date + dt.timedelta(days=1)
    assert words.night_of(nights.at(date, 12), nights.LONDON) == date
    assert words.night_of(nights.at(after, 11, 59, 59), nights.LONDON) == date
    assert words.night_of(nights.at(after, 12), nights.LONDON) == after


def test_counts_read_as_words() -> None:
    assert [words.count(n, "gap") for n in (0, 1, 2, 1200)] == ["no gap", "1 gap", "2 gaps", "1,200 gaps"]


def test_how_sure_is_a_share_of_what_was_told_in_a_test_and_no_chance_of_guilt() -> None:
    said = words.how_sure(replace(INCIDENT, confidence=0.85))
    assert said == "of 100 absences told on such reports in a test on simulated nights, 85 were true"
    assert "99 were true" in words.how_sure(replace(INCIDENT, confidence=1.0))


def test_what_nobody_held_against_the_truth_gets_no_number() -> None:
    inferred = words.how_sure(replace(INCIDENT, kind=IncidentKind.ZONE_ENTRY))
    assert inferred.startswith("not measured")
    told_by_itself = words.how_sure(replace(INCIDENT, kind=IncidentKind.STRAP_TAMPER))
    assert told_by_itself == "the equipment reported it itself"


def test_a_probability_never_claims_to_be_certain() -> None:
    shown = [words.probability(p) for p in (0.0, 0.0009, 0.5, 0.9991, 1.0)]
    assert shown == ["< 0.001", "< 0.001", "0.500", "> 0.999", "> 0.999"]
