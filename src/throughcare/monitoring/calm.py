"""Calm: an instant from which on proximity can be judged without what came before, with the same result.

Two sorts of instants are calm. After a run of evidence of distance, so long that whatever was believed before it is
forgotten, and while no incident is near in time. And where neither position was known for so long that the judgement
began anew. What begins after a calm instant is told alike by an evaluation of everything and by one that begins
:data:`WARM_US` before it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from throughcare.kernel.columns import Floats
from throughcare.kernel.time import HOUR_US, SECOND_US, Interval
from throughcare.monitoring.approach import evidence_of_closeness
from throughcare.monitoring.incidents import Incident
from throughcare.monitoring.parameters import Parameters
from throughcare.monitoring.proximity import times_asked
from throughcare.monitoring.rules import ConditionRules
from throughcare.monitoring.tracks import Pairs, ProximityTrack, pair
from throughcare.orders.model import VictimProximity

WARM_US = 3 * HOUR_US  # an evaluation begins this long before a calm instant
RUN_US = 2 * HOUR_US  # a run of distance is looked for in this time
# Evidence that outweighs any that can have gathered: twice the bound on belief, and what one fresh position of either
# device can add while the other moves, which is ten minutes at the most that a position says.
OUTWEIGHS = 40.0


def calm_us(
    subject: ProximityTrack,
    protected: ProximityTrack,
    *,
    conditions: Sequence[ConditionRules],
    told: Sequence[Incident],
    parameters: Parameters,
    interval: Interval,
    before_us: int,
) -> int | None:
    """Return the latest calm instant of all the conditions up to an instant; None where there is none.

    Parameters
    ----------
    told : sequence of Incident
        What was found within ``interval``.
    interval : Interval
        The time that was evaluated.
    """
    gap_us = round(parameters.merge_gap_s * SECOND_US)
    busy = [
        (i.start_us - gap_us, (interval.stop_us if i.end_us is None else i.end_us) + gap_us) for i in told
    ]
    found = [_Seen(subject, protected, condition, parameters, interval) for condition in conditions]
    at_us = before_us
    while at_us > interval.start_us:
        free_us = min([first - 1 for first, last in busy if first <= at_us <= last], default=at_us)
        agreed_us = min([seen.calm_us(free_us) for seen in found], default=free_us)
        if agreed_us == at_us:
            return at_us
        at_us = agreed_us
    return None


class _Seen:
    """What one condition makes of the pairs of positions."""

    def __init__(
        self,
        subject: ProximityTrack,
        protected: ProximityTrack,
        condition: ConditionRules,
        parameters: Parameters,
        interval: Interval,
    ) -> None:
        asked = condition.condition
        assert isinstance(asked, VictimProximity), "asked for before"
        pairs = pair(subject, protected, demanded=times_asked(condition, interval), parameters=parameters)
        limits = [limit for limit in (asked.distance_m, asked.warning_m) if limit is not None]
        own = np.vstack([evidence_of_closeness(pairs, limit, parameters=parameters) for limit in limits])
        self.start_us = interval.start_us
        self.stale_us = round(parameters.proximity_stale_s * SECOND_US)
        self.quiet_us = self.stale_us + round(parameters.merge_gap_s * SECOND_US)
        self.t_us = pairs.t_us
        self.weakest = self._steps(pairs, own, parameters).max(axis=0)  # the ring's or the distance's

    def _steps(self, pairs: Pairs, own: Floats, parameters: Parameters) -> Floats:
        passed_s = np.diff(pairs.t_us, prepend=pairs.t_us[:1]) / SECOND_US  # the first row counts nothing
        waited = np.minimum(parameters.max_weight, passed_s / parameters.proximity_decorrelation_s)
        return np.asarray(own * waited, dtype=np.float64)

    def calm_us(self, before_us: int) -> int:
        """Return the latest instant up to one that is calm; the beginning where there is none."""
        last = int(np.searchsorted(self.t_us, before_us, side="right")) - 1
        if last < 0 or before_us - self.t_us[last] > self.quiet_us:
            return before_us
        while last > 0:
            first, total = last, 0.0
            while self._goes_on(first, last):
                total += float(self.weakest[first])
                first -= 1
                if total <= -OUTWEIGHS and self.t_us[last] - self.t_us[first] > self.quiet_us:
                    return int(self.t_us[last])
            last = min(first, last - 1)
        return self.start_us

    def _goes_on(self, row: int, last: int) -> bool:
        """Return whether a row tells of distance and follows the one before it closely."""
        return (
            row > 0
            and bool(self.weakest[row] < 0)
            and int(self.t_us[row] - self.t_us[row - 1]) <= self.stale_us
            and int(self.t_us[last] - self.t_us[row]) <= RUN_US
        )
