"""What the first ten people show for certain, so that even a small demonstration holds every sort of trouble."""

from __future__ import annotations

from throughcare.simulation.calendar import HOUR_S, Calendar
from throughcare.simulation.schedule import as_array
from throughcare.simulation.shapes import Floats

PEOPLE = 10  # one of each kind of order
_TROUBLES = (
    (0, "unplugged", 3.0),
    (1, "moved", 20.0),
    (2, "strap", 0.5),
    (3, "case", 0.3),
    (4, "silent", 2.5),
    (4, "covered", 1.5),
    (5, "blackouts", 2.0),
    (7, "announced", 2.0),
    (8, "faults", 4.0),
)  # person, trouble, hours
_BEGINS_H = 2 * 24 + 12.5  # after noon on the third day


def certain_trouble(*, index: int, what: str, calendar: Calendar) -> Floats:
    """Return the span (0 or 1, 2) of seconds in which a trouble befalls person ``index`` for certain.

    Parameters
    ----------
    what : str
        strap, case, faults or blackouts of a tag; unplugged, moved, silent or announced of a home unit;
        covered of an alcohol sensor.
    """
    begin = _BEGINS_H * HOUR_S
    spans = [(begin, begin + h * HOUR_S) for who, name, h in _TROUBLES if (who, name) == (index, what)]
    return as_array([span for span in spans if span[1] < calendar.end_s - HOUR_S])
