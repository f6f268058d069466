"""The parameters of the engine: every number that a decision rests on, frozen, hashed and stored with it.

Defaults come from searches on simulated nights (docs/adr/0010 and 0014), the tuned rule's from a grid at the same
margin, and are re-tuned on a deployer's own data before anyone relies on them. A parameter set is part of
every incident's evidence, so a changed number is a different, visible decision rule.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from functools import lru_cache
from typing import Any

from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.ids import content_id


class Detector(StrEnum):
    """How presence is decided: by tempered probability, or by the documented baseline rule."""

    PROBABILISTIC = "probabilistic"
    TUNED_RULE = "tuned_rule"


# a rule with no margin, or that waits for nothing, is a rule too: the weakest baselines are of that sort
MAY_BE_ZERO = ("margin_m", "movement_gain", "curfew_dwell_s", "zone_dwell_s", "rule_dwell_s")
# a bound on the log-odds below the log-odds that something needs would switch it off unseen
_REACHABLE = (
    ("floor_log_odds", "open_log_odds"),
    ("floor_log_odds", "zone_open_log_odds"),
    ("cap_log_odds", "close_log_odds"),
    ("proximity_cap_log_odds", "proximity_open_log_odds"),
    ("proximity_cap_log_odds", "proximity_close_log_odds"),
)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Numbers of the detector and of the incident rules.

    Parameters
    ----------
    margin_m : float, metres
        Doubt about the boundary, given to the wearer: areas to stay in grow, areas to stay out of do not.
    outlier_share, outlier_scale_m : float, probability and metres
        Share of fixes whose error is not what they say, and the scale of that error (Laplace): a fix that is
        far outside says more than one just outside, and none is conclusive.
    zone_outlier_share, zone_outlier_scale_m : float, probability and metres
        The same for zones and appointments.
    decorrelation_s, zone_decorrelation_s : float, seconds
        Errors repeat themselves: a fix ``dt`` after the last moves the log-odds ``dt / decorrelation_s`` of the
        way to what it says by itself. Repeating one error never adds up to certainty. Shorter for zones and
        appointments: on the way errors change sooner than at a home.
    max_weight : float
        The most that one fix may count, however long the silence before it.
    movement_gain, movement_errors, movement_scale_m : float, the last in metres
        One error repeated stays where it is. Of two fixes in a row that place the wearer away from the curfew
        address, the second counts up to ``1 + movement_gain`` times, within ``max_weight``: in full where it lies
        ``movement_scale_m`` further from the first than ``movement_errors`` times their mean standard error.
    open_log_odds, zone_open_log_odds, close_log_odds : float
        Log-odds against compliance that open a violation, of a curfew and of a zone; log-odds for it that end
        one (hysteresis).
    hold_share : float
        Between compliance and a violation there is doubt, which is ``unknown``: log-odds against compliance beyond
        this share of what opens a violation, and not beyond the whole, or no longer.
    cap_log_odds, floor_log_odds, radio_log_odds : float
        Bounds on the log-odds from fixes, so that long compliance does not delay detection nor long absence a
        return, and bound on those from radio, either way.
    radio_missed_log_odds, radio_alone_log_odds : float
        Log-odds against presence for one unheard poll of a home unit known to be up and in place: beside a tag
        that finds positions, and of a radio tag, of which the polls are all there is.
    radio_missed_bound_log_odds : float
        As far as unheard polls go while positions are found: not far enough to hold an absence against
        positions at home.
    poor_source_share : float
        Poor fixes may take the log-odds no further than this share of what opens a violation.
    poor_radius_m : float, metres
        A fix whose radius at 68 % is wider than this is poor, whatever its source; Wi-Fi and cell always are. Where
        a home unit told of the tag within ``gap_limit_s``, so wide a fix is not used: radio says more.
    gap_limit_s : float, seconds
        Silence longer than this is ``unknown`` from the last evidence on.
    min_sigma_m, gnss_accuracy_m, wifi_accuracy_m, cell_accuracy_m : float, metres
        Least standard error believed; radius assumed at 68 % where a fix does not say.
    curfew_dwell_s, zone_dwell_s : float, seconds
        Least evidenced time out of compliance that makes an incident.
    merge_gap_s : float, seconds
        Zone visits and silences closer than this are one incident.
    tag_silent_s : float, seconds
        A tag that finds positions and has said nothing of its own for this long may be dead: an unheard poll
        of it is no absence. So short that polls alone cannot place the wearer elsewhere in that time.
    no_contact_s : float, seconds
        Silence of the tag that makes a loss of contact.
    unit_silent_s : float, seconds
        Silence of the home unit that makes an incident of its own.
    low_battery_percent : float
        At or below this the battery is low.
    rule_gate_m, rule_dwell_s, rule_min_fixes : float, float, int
        The tuned rule: accuracy gate, dwell outside, and least number of fixes; the best of a grid of 420 at this
        margin with a recall of 0.98.
    alcohol_threshold_pct : float, percent
        A reading at or above it may be drinking, under abstinence (the order sets its own limit for a level).
    alcohol_rise_pct_per_h, alcohol_fall_pct_per_h : float, percent an hour
        Faster than a body takes alcohol up, or clears it: not drinking.
    alcohol_sustained_s : float, seconds
        High readings that last this long are drinking before their fall is seen.
    alcohol_merge_gap_s : float, seconds
        Drinking closer than this is one event.
    alcohol_day_coverage : float
        Least share of a day with readings for it to count as sober.
    proximity_outlier_floor : float, probability
        Share of fixes that may be anywhere, where the distance between two people is judged.
    proximity_decorrelation_s : float, seconds
        As ``decorrelation_s``, where the distance between two people is judged.
    proximity_open_log_odds, proximity_close_log_odds, proximity_cap_log_odds : float
        Log-odds of closeness that open an incident; log-odds of distance that end one; bound on both.
    proximity_drift_mps : float, metres a second
        How fast doubt about a position grows with its age.
    proximity_stale_s : float, seconds
        A position older than this says nothing of where the person is.
    """

    detector: Detector = Detector.PROBABILISTIC
    margin_m: float = 60.0
    outlier_share: float = 0.2
    outlier_scale_m: float = 45.0
    zone_outlier_share: float = 0.15
    zone_outlier_scale_m: float = 40.0
    decorrelation_s: float = 360.0
    zone_decorrelation_s: float = 120.0
    max_weight: float = 0.6
    movement_gain: float = 4.0
    movement_errors: float = 4.0
    movement_scale_m: float = 40.0
    open_log_odds: float = 3.0
    zone_open_log_odds: float = 2.0
    close_log_odds: float = 0.5
    cap_log_odds: float = 1.0
    floor_log_odds: float = 6.0
    hold_share: float = 0.5
    radio_log_odds: float = 4.0
    radio_missed_log_odds: float = 0.8
    radio_missed_bound_log_odds: float = 2.3
    radio_alone_log_odds: float = 1.5
    poor_source_share: float = 0.8
    poor_radius_m: float = 200.0
    gap_limit_s: float = 900.0
    min_sigma_m: float = 8.0
    gnss_accuracy_m: float = 25.0
    wifi_accuracy_m: float = 75.0
    cell_accuracy_m: float = 1000.0
    curfew_dwell_s: float = 60.0
    zone_dwell_s: float = 60.0
    merge_gap_s: float = 900.0
    tag_silent_s: float = 600.0
    no_contact_s: float = 1800.0
    unit_silent_s: float = 3600.0
    low_battery_percent: float = 20.0
    rule_gate_m: float = 100.0
    rule_dwell_s: float = 240.0
    rule_min_fixes: int = 4
    alcohol_threshold_pct: float = 0.02
    alcohol_rise_pct_per_h: float = 0.2
    alcohol_fall_pct_per_h: float = 0.025
    alcohol_sustained_s: float = 7200.0
    alcohol_merge_gap_s: float = 7200.0
    alcohol_day_coverage: float = 0.8
    proximity_outlier_floor: float = 0.01
    proximity_decorrelation_s: float = 270.0
    proximity_open_log_odds: float = 2.0
    proximity_close_log_odds: float = 1.0
    proximity_cap_log_odds: float = 2.5
    proximity_drift_mps: float = 1.5
    proximity_stale_s: float = 600.0

    def __post_init__(self) -> None:
        for name in (f.name for f in fields(self) if f.name != "detector"):
            value, least = getattr(self, name), "0 or more" if name in MAY_BE_ZERO else "above 0"
            is_number = isinstance(value, int | float) and not isinstance(value, bool) and value < math.inf
            if not (is_number and (value > 0 or (name in MAY_BE_ZERO and value == 0))):
                raise RefusedInput(
                    where=f"parameter {name}",
                    expected=f"a number {least}",
                    found=repr(value),
                    action="Correct it, or leave it out to use the default.",
                )
        for name in (
            "outlier_share",
            "zone_outlier_share",
            "proximity_outlier_floor",
            "max_weight",
            "poor_source_share",
            "hold_share",
            "alcohol_day_coverage",
        ):
            if getattr(self, name) >= 1:
                raise RefusedInput(
                    where=f"parameter {name}",
                    expected="a share below 1",
                    found=repr(getattr(self, name)),
                    action="Give a share, such as 0.01.",
                )
        for bound, reached in _REACHABLE:
            if getattr(self, bound) < getattr(self, reached):
                raise RefusedInput(
                    where=f"parameter {bound}",
                    expected=f"at least {reached} ({getattr(self, reached):g}), which is otherwise never reached",
                    found=repr(getattr(self, bound)),
                    action="Raise the bound, or lower what must be reached.",
                )

    @property
    def parameters_id(self) -> str:
        """Content id of the set."""
        return _parameters_id(self)

    def as_dict(self) -> dict[str, Any]:
        """Return the parameters as JSON values."""
        return asdict(self) | {"detector": str(self.detector)}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Parameters:
        """Return parameters from JSON values; an unknown name is refused.

        Raises
        ------
        RefusedInput
            If a name is unknown or a value is not of its type.
        """
        known = {f.name for f in fields(cls)}
        for name in sorted(set(values) - known):
            raise RefusedInput(
                where=f"parameter {name}",
                expected=f"one of {', '.join(sorted(known))}",
                found="an unknown name",
                action="Correct the name; nothing is guessed.",
            )
        clean = dict(values)
        if "detector" in clean:
            clean["detector"] = Detector(clean["detector"])
        return cls(**clean)


@lru_cache(maxsize=64)
def _parameters_id(parameters: Parameters) -> str:
    """Return the id; every incident carries it, so it is hashed once a set."""
    return content_id("par", parameters.as_dict())
