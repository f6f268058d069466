"""How the kernels are compiled: options for Numba, the same for all of them."""

from __future__ import annotations

from typing import Any

# Arrays belong to the caller for the whole call. Without `_nrt=False` every kernel that passes them on to another
# counts references to each of them, atomically: nine tenths of the time (benchmarks/engine.py). It forbids a kernel
# to make an array. The NumPy error model divides without a check; no divisor here can be zero.
FAST: dict[str, Any] = {"cache": True, "error_model": "numpy", "_nrt": False}
# A call hands over seven words an array: what every fix passes through is written into its caller.
INLINE: dict[str, Any] = {**FAST, "inline": "always"}
