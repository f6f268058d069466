"""Which incidents are one item, and which need nobody. Pure; both are always listed with their reason.

The rules are docs/rules/desk-merging.md, which is also their test.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from throughcare.kernel.time import HOUR_US, MINUTE_US, SECOND_US
from throughcare.monitoring.incidents import AlertCode, Cause, IncidentKind
from throughcare.service.desk.vocabulary import MergeRule, Suppression

FOLLOWS_WITHIN_US = HOUR_US
_POWER_PAIRS = {
    frozenset({IncidentKind.LOSS_OF_CONTACT, IncidentKind.BATTERY}): MergeRule.SILENCE_AND_BATTERY,
    frozenset({IncidentKind.HOME_UNIT_SILENT, IncidentKind.HOME_UNIT_POWER}): MergeRule.HOME_UNIT_POWER,
}
# kind -> the longest that needs nobody, and why; only what is over and says nothing of where the wearer was
SHORT_US: dict[IncidentKind, tuple[int, Suppression]] = {
    IncidentKind.LOSS_OF_CONTACT: (45 * MINUTE_US, Suppression.SHORT_SILENCE),
    IncidentKind.BATTERY: (60 * MINUTE_US, Suppression.CHARGED_AGAIN),
    IncidentKind.HOME_UNIT_POWER: (15 * MINUTE_US, Suppression.POWER_BACK),
}
NEVER_SUPPRESSED = frozenset(
    {
        IncidentKind.VICTIM_PROXIMITY,
        IncidentKind.VICTIM_PROXIMITY_WARNING,
        IncidentKind.STRAP_TAMPER,
        IncidentKind.CASE_TAMPER,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What merging and suppressing read of an incident; ``end_us`` is None while it goes on."""

    person_ref: str
    activation_id: str
    condition_id: str
    kind: IncidentKind
    code: AlertCode
    start_us: int
    end_us: int | None
    best_s: float
    atv_s: float
    allowed_s: float
    cause: Cause | None


def merge_rule(told: Told, group: Iterable[Told], *, now_us: int) -> MergeRule | None:
    """Return why an incident belongs to an open item, or None where it does not.

    Parameters
    ----------
    group : iterable of Told
        The incidents of the item. It is enough that one of them fits.
    """
    return next((rule for other in group if (rule := _rule(told, other, now_us)) is not None), None)


def _rule(told: Told, other: Told, now_us: int) -> MergeRule | None:
    if told.person_ref != other.person_ref or not _near(told, other, now_us):
        return None
    if told.kind is other.kind and told.condition_id == other.condition_id:
        return MergeRule.SAME_DEMAND
    if told.activation_id == other.activation_id:
        return _POWER_PAIRS.get(frozenset({told.kind, other.kind}))
    return None


def _near(told: Told, other: Told, now_us: int) -> bool:
    stop_us = max(now_us, told.start_us, other.start_us)
    told_end_us, other_end_us = (stop_us if one.end_us is None else one.end_us for one in (told, other))
    return (
        told.start_us <= other_end_us + FOLLOWS_WITHIN_US
        and other.start_us <= told_end_us + FOLLOWS_WITHIN_US
    )


def suppression(told: Told, *, closed: bool) -> Suppression | None:
    """Return why an incident needs nobody, or None where it goes on the desk.

    Parameters
    ----------
    closed : bool
        Whether the engine expects no more of it; what still goes on is never suppressed.
    """
    if not closed or told.end_us is None or told.kind in NEVER_SUPPRESSED:
        return None
    if told.allowed_s > 0 and told.best_s > 0 and told.atv_s <= 0 and told.allowed_s >= told.best_s - 1:
        return Suppression.COVERED
    short_us, why = SHORT_US.get(told.kind, (0, Suppression.SHORT_SILENCE))
    is_short = (told.end_us - told.start_us) < short_us
    return (
        why
        if is_short and told.cause is not Cause.TAMPER and told.code is not AlertCode.BATTERY_DEAD
        else None
    )


def lasting_s(told: Told, *, now_us: int) -> float:
    """Return how long an incident lasts so far, or lasted: its time out of compliance where it has any."""
    end_us = max(now_us, told.start_us) if told.end_us is None else told.end_us
    return max(told.best_s, (end_us - told.start_us) / SECOND_US if told.end_us is None else 0.0)
