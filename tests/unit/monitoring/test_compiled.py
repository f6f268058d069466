"""The options of the kernels do what they are there for, in the Numba that is installed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np
import pytest

from throughcare.monitoring.compiled import FAST, INLINE

LOST = "the private option `_nrt=False` no longer keeps reference counts out: see monitoring/compiled.py"


def add_up(values: np.ndarray) -> float:
    total = 0.0
    for value in values:
        total += value
    return total


def compiled(function: Callable[..., float], **options: Any) -> Any:
    return numba.njit(**{**options, "cache": False})(function)


def machine_words(**options: Any) -> str:
    inner = compiled(add_up, **options)

    def outer(values: np.ndarray) -> float:
        return inner(values) + inner(values[1:])

    handed = compiled(outer, **options)
    assert handed(np.ones(3)) == 5.0
    return str(next(iter(handed.inspect_llvm().values())))


@pytest.mark.parametrize("options", [FAST, INLINE])
def test_a_kernel_that_hands_arrays_on_counts_no_references(options: dict[str, Any]) -> None:
    assert options["_nrt"] is False
    assert "NRT_" not in machine_words(**options), LOST
    assert "NRT_" in machine_words(**{**options, "_nrt": True}), "the test no longer sees what it looks for"


def test_a_kernel_divides_as_numpy_does() -> None:
    def ratio(a: float, b: float) -> float:
        return a / b

    assert compiled(ratio, **FAST)(1.0, 0.0) == np.inf
