"""What an incident states of itself grows with the evidence, and never claims to be sure."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from throughcare.monitoring.stating import stated_share

REACHED = st.floats(0.0, 1.0)
PROVED_S = st.floats(0.0, 90_000.0)
UNHEARD = st.integers(0, 2_000)


@given(REACHED, REACHED, PROVED_S, PROVED_S, UNHEARD, UNHEARD)
def test_more_evidence_never_states_less(
    reached: float, higher: float, proved_s: float, longer_s: float, unheard: int, more: int
) -> None:
    least = stated_share(
        reached=min(reached, higher), proved_s=min(proved_s, longer_s), unheard=min(unheard, more)
    )
    most = stated_share(
        reached=max(reached, higher), proved_s=max(proved_s, longer_s), unheard=max(unheard, more)
    )
    assert 0.01 <= least <= most <= 0.99


def test_a_few_minutes_of_positions_alone_are_false_more_often_than_not() -> None:
    assert stated_share(reached=0.975, proved_s=300.0, unheard=0) < 0.5


def test_half_an_hour_of_them_or_the_home_unit_s_silence_beside_them_is_believed() -> None:
    assert stated_share(reached=0.975, proved_s=1800.0, unheard=0) > 0.9
    assert stated_share(reached=0.975, proved_s=300.0, unheard=6) > 0.8
