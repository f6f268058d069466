"""Worlds in which the fast fold and the reference once differed, found by long random searches."""

from __future__ import annotations

import pytest

from tests.laws.monitoring.test_engine import only
from tests.laws.monitoring.worlds import END_US, facts_from, rules_for
from throughcare.monitoring.folding import fold, open_tail, start_carry
from throughcare.monitoring.items import canonical_fixes, canonical_statuses, merge_items
from throughcare.monitoring.reference import reference_segments


@pytest.mark.parametrize(
    ("seed", "fixes", "statuses"), [(1173253412, 215, 30), (3565023377, 246, 55), (2795999811, 124, 0)]
)
def test_a_doubt_in_the_middle_of_an_absence_is_folded_as_the_reference_says(
    seed: int, fixes: int, statuses: int
) -> None:
    rules = rules_for(2)
    made, said = facts_from(seed, people=2, fixes=fixes, statuses=statuses)
    for activation_id, compiled in rules.activations.items():
        items = merge_items(
            canonical_fixes(only(made, activation_id)),
            canonical_statuses(only(said, activation_id)),
            rules.parameters,
        )
        start_us = compiled.interval.start_us
        for watch in compiled.watches:
            carry, closed = fold(items, watch, start_carry(start_us), parameters=rules.parameters)
            fast = (*closed, *open_tail(carry, now_us=END_US, parameters=rules.parameters))
            slow = reference_segments(
                items, watch, parameters=rules.parameters, start_us=start_us, now_us=END_US
            )
            assert fast == slow
