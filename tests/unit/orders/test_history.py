from __future__ import annotations

import pytest

from tests.lib.order_cases import make_order
from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.time import instant_us
from throughcare.orders.history import OrderHistory, history_of, known


def test_a_history_without_a_version_is_refused() -> None:
    with pytest.raises(RefusedInput, match="at least one version"):
        history_of([])


def test_a_version_of_another_order_is_refused() -> None:
    with pytest.raises(RefusedInput, match="expected 'o1'; found 'o2'"):
        OrderHistory("o1", (make_order(order_id="o2"),))


def test_a_version_is_known_from_the_instant_it_was_recorded() -> None:
    first = make_order()
    recorded_us = instant_us(first.recorded_at)
    history = history_of([first])
    assert known(history, known_at_us=recorded_us - 1) == ()
    assert known(history, known_at_us=recorded_us) == (first,)


def test_two_versions_may_be_recorded_at_once() -> None:
    second = make_order(version=2)
    assert history_of([second, make_order()]).versions[-1] is second
