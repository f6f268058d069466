"""The town's clock: it stands still while nobody runs the town.

A demonstration that was stopped on Friday goes on on Monday with Friday evening. Else 300 tags would have been silent
for a week-end, and the desk would be full of losses of contact that mean nothing but the stop.
"""

from __future__ import annotations

from pathlib import Path

from throughcare.kernel.time import MINUTE_US
from throughcare.service.operations.demonstration.tags import marked_us

CAUGHT_UP_US = 5 * MINUTE_US  # a shorter stop than any silence that counts: the tags tell what they stored


def town_us(folder: Path, *, wall_us: int) -> int:
    """Return the time in the town at a start.

    Where it stopped; after a short stop, and where no town is made yet, the time of the wall.

    Parameters
    ----------
    folder : Path
        The demonstration's.
    wall_us : int
        The time of the wall.
    """
    stopped_us = marked_us(folder / "tags")
    if stopped_us is None or 0 <= wall_us - stopped_us <= CAUGHT_UP_US:
        return wall_us
    return stopped_us
