"""Who is followed up and from when to when, and into which bucket every row goes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from throughcare.evaluation.clock import (
    Clock,
    LateStart,
    Maturity,
    ReoffendingRules,
    add_months,
    require_ripe,
)
from throughcare.evaluation.dropout import (
    OPEN,
    DropOut,
    EventBucket,
    OffenceBucket,
    PersonBucket,
    Sorting,
    SpellBucket,
    shown,
    sorted_rows,
)
from throughcare.evaluation.index_events import Checked, Chosen
from throughcare.evaluation.reoffending_tables import (
    COMPARISON,
    NOT_SAID,
    TREATED,
    Codes,
    Days,
    Flags,
    Ids,
    Proof,
)
from throughcare.evaluation.window_counts import Countable, Floats, custody_days, inside
from throughcare.kernel.errors import RefusedInput

_BLOCK = 1 << 20
_NEVER = np.datetime64("NaT", "D")
_NAMED = 5  # people whom a refusal names


@dataclass(frozen=True, eq=False)
class Spans:
    """The days that bound everybody's follow-up; NaT for people who are not followed up. Shape (people,).

    Parameters
    ----------
    index_on, zero : day
    start, stop : day
        An offence in ``[start, stop)`` is in the follow-up.
    proven_before : day
    """

    index_on: Days
    zero: Days
    start: Days
    stop: Days
    proven_before: Days

    @classmethod
    def of(cls, index_on: Days, *, rules: ReoffendingRules, clock: Clock) -> Spans:
        """Return the spans that the rules and the clock give from the index days."""
        zero = index_on + np.timedelta64(clock.landmark_days, "D")
        return cls(
            index_on=index_on,
            zero=zero,
            start=zero + np.timedelta64(0 if rules.index_day_counts else 1, "D"),
            stop=add_months(zero, rules.follow_up_months),
            proven_before=add_months(zero, rules.follow_up_months + rules.waiting_months),
        )

    def only(self, whom: Flags) -> Spans:
        """Return the spans of some people, the others' NaT."""
        columns = (self.index_on, self.zero, self.start, self.stop, self.proven_before)
        return Spans(*(np.where(whom, days, _NEVER) for days in columns))


@dataclass(frozen=True, eq=False)
class Window:
    """One window a person: offences in ``[start, stop)``, proven before a day; days count from the origin."""

    start: Days
    stop: Days
    proven_before: Days
    origin: Days


def sort_people(
    checked: Checked,
    chosen: Chosen,
    countable: Countable,
    *,
    spans: Spans,
    rules: ReoffendingRules,
    clock: Clock,
) -> Codes:
    """Return the bucket of every person."""
    people = checked.people
    sorting = Sorting(checked.person_bucket)
    sorting.put(PersonBucket.NOT_MATCHED, ~people.matched)
    for reason in (
        PersonBucket.NO_INDEX_EVENT,
        PersonBucket.NONE_IN_WINDOW,
        PersonBucket.BREACH_ONLY,
        PersonBucket.KIND_LEFT_OUT,
    ):
        sorting.put(reason, chosen.without == int(reason))
    sorting.put(PersonBucket.GONE_BY_TIME_ZERO, people.left <= spans.zero)
    if rules.leave_out_sexual:
        sorting.put(PersonBucket.SEXUAL_OFFENCE, _known_sexual(checked, spans, rules))
    if clock.landmark_days:
        sorting.put(PersonBucket.REOFFENDED_BEFORE_ZERO, _offended_before_zero(countable, spans, rules))
    if clock.own_periods:
        absent = np.isnat(people.starts) | np.isnat(people.ends) | (people.ends <= spans.zero)
        sorting.put(PersonBucket.NO_PERIOD, absent)
    return sorting.finish(PersonBucket.IN_COHORT)


def _known_sexual(checked: Checked, spans: Spans, rules: ReoffendingRules) -> Flags:
    offences = checked.offences
    rows = np.flatnonzero((checked.offence_bucket == OPEN) & offences.sexual)
    rows = rows[np.isin(offences.outcome[rows], [int(proof) for proof in rules.proven_by])]
    person = checked.offence_person[rows]
    known = np.zeros(len(checked.people), np.bool_)
    known[person[offences.proven[rows] <= spans.index_on[person]]] = True
    return known


def _offended_before_zero(countable: Countable, spans: Spans, rules: ReoffendingRules) -> Flags:
    first = np.timedelta64(0 if rules.index_day_counts else 1, "D")
    stop = spans.start if not rules.index_day_counts else spans.zero
    rows = inside(countable, start=spans.index_on + first, stop=stop, proven_before=spans.proven_before)
    found = np.zeros(len(spans.zero), np.bool_)
    found[countable.person[rows]] = True
    return found


def arms_at_zero(checked: Checked, spans: Spans, *, clock: Clock) -> Codes:
    """Return everybody's arm on time zero.

    Raises
    ------
    RefusedInput
        If tags start after time zero and the clock refuses that, or it needs a start that is not given.
    """
    people = checked.people
    tagged = (people.treated == TREATED) & ~np.isnat(spans.zero)
    late = tagged & (people.starts > spans.zero)
    if clock.late_start is LateStart.REFUSE and late.any():
        raise _refused_start("a tag that starts by time zero", "starts after it", people.ids[late])
    if clock.late_start is not LateStart.AS_AT_ZERO:
        return people.treated
    unknown = tagged & np.isnat(people.starts)
    if unknown.any():
        raise _refused_start(
            "the day on which each treated person's tag started", "none", people.ids[unknown]
        )
    return np.where(late, np.int8(COMPARISON), people.treated).astype(np.int8)


def _refused_start(expected: str, what: str, ids: Ids) -> RefusedInput:
    return RefusedInput(
        where="start of the tag",
        expected=expected,
        found=f"{what} for {_some(ids)}",
        action="Give the days, choose a landmark, or count people in the arm in which they were on time zero.",
    )


def _some(ids: Ids) -> str:
    named = ", ".join(shown(each) for each in ids[:_NAMED])
    return f"{len(ids)} people (ids {named}{' and others' if len(ids) > _NAMED else ''})"


def gaps(checked: Checked, countable: Countable, spans: Spans) -> tuple[Floats, Flags]:
    """Return how many days after time zero each treated person's tag starts, and who reoffended in those days."""
    people = checked.people
    late = (people.treated == TREATED) & (people.starts > spans.zero)
    days = np.zeros(len(people))
    days[late] = (people.starts[late] - spans.zero[late]).astype(np.float64)
    rows = inside(
        countable,
        start=np.where(late, spans.start, _NEVER),
        stop=np.minimum(people.starts, spans.stop),
        proven_before=spans.proven_before,
    )
    found = np.zeros(len(people), np.bool_)
    found[countable.person[rows]] = True
    return days, found


def periods(
    checked: Checked, spans: Spans, *, rules: ReoffendingRules, clock: Clock
) -> tuple[Window, Window] | None:
    """Return the windows during the tag and after it, which never overlap; None where the clock has none.

    The first ends on the day on which the second begins. An offence of either may be proven in the waiting period
    after that window.
    """
    if not clock.has_periods:
        return None
    if clock.own_periods:
        followed = ~np.isnat(spans.zero)
        start = np.where(followed, np.maximum(spans.start, checked.people.starts), _NEVER)
        stop = np.where(followed, checked.people.ends, _NEVER)
    else:
        start, stop = spans.start, spans.zero + np.timedelta64(clock.period_days or 0, "D")
    waiting, whole = rules.waiting_months, rules.follow_up_months + rules.waiting_months
    during = Window(start, stop, add_months(stop, waiting), origin=spans.zero)
    after = Window(stop, add_months(stop, rules.follow_up_months), add_months(stop, whole), origin=stop)
    return during, after


def maturity_with_periods(
    checked: Checked,
    found: Maturity,
    windows: tuple[Window, Window] | None,
    *,
    rules: ReoffendingRules,
    interim_allowed: bool,
) -> Maturity:
    """Return the maturity of the latest window there is.

    Raises
    ------
    RefusedInput
        If the data were taken too early for somebody and interim figures are not allowed; it says for whom.
    """
    require_ripe(found, interim_allowed=interim_allowed)
    if windows is None or np.isnat(windows[1].proven_before).all():
        return found
    ripe_on = add_months(windows[1].proven_before, rules.lag_months)
    early = ripe_on > found.extract_on
    if early.any() and not interim_allowed:
        raise RefusedInput(
            where="extract",
            expected=f"data taken on {np.nanmax(ripe_on)} or later, for the time after the tag",
            found=f"{found.extract_on}, too early for {_some(checked.people.ids[early])}",
            action="Mend the ends of their tags, take the data again later, or ask for interim figures.",
        )
    return Maturity(ripe_on=max(found.ripe_on, np.nanmax(ripe_on)), extract_on=found.extract_on)


def pseudo_reconvictions(countable: Countable, spans: Spans) -> npt.NDArray[np.int32]:
    """Return how many offences of before time zero each person had proven after it. Shape (people,)."""
    person = countable.person
    pseudo = (
        (countable.on < spans.zero[person])
        & (countable.proven >= spans.zero[person])
        & (countable.proven < spans.proven_before[person])
    )
    return np.bincount(person[pseudo], minlength=len(spans.zero)).astype(np.int32)


def time_in_custody(checked: Checked, spans: Spans) -> tuple[Floats, Floats, Flags]:
    """Return days in custody and days at liberty of each follow-up, and which spells overlap one.

    Nobody is at risk of reoffending in the community in custody, after death or after deportation.
    """
    rows = np.flatnonzero((checked.spell_bucket == OPEN) & ~np.isnat(_last(spans.zero)[checked.spell_person]))
    person = checked.spell_person[rows]
    until = np.fmin(spans.stop, checked.people.left)  # left while inside ends both
    until = np.where(np.isnat(spans.zero), _NEVER, np.maximum(until, spans.start))
    days, overlaps = custody_days(
        person, checked.spells.begins[rows], checked.spells.ends[rows], start=spans.start, stop=until
    )
    length = until - spans.start
    alive = np.where(np.isnat(length), 0.0, length.astype(np.float64))
    used = np.zeros(len(checked.spells), np.bool_)
    used[rows] = overlaps
    return days, alive - days, used


def drop_out(
    checked: Checked,
    chosen: Chosen,
    spans: Spans,
    *,
    person_bucket: Codes,
    used_spells: Flags,
    rules: ReoffendingRules,
) -> DropOut:
    """Return every row with its bucket."""
    both = person_bucket == int(PersonBucket.IN_BOTH_ARMS)
    arm = np.where(both, np.int8(NOT_SAID), checked.people.treated).astype(np.int8)
    followed = np.append(person_bucket == int(PersonBucket.IN_COHORT), np.False_)
    events = Sorting(chosen.event_bucket)
    events.put(EventBucket.PERSON_LEFT_OUT, ~followed[checked.event_person])
    spells = Sorting(checked.spell_bucket)
    spells.put(SpellBucket.NOT_IN_COHORT, ~followed[checked.spell_person])
    spells.put(SpellBucket.OUTSIDE_FOLLOW_UP, ~used_spells)
    return DropOut(
        people=sorted_rows(checked.people, person_bucket, arm=arm),
        events=sorted_rows(
            checked.events, events.finish(EventBucket.CHOSEN), arm=arm, person=checked.event_person
        ),
        offences=sorted_rows(
            checked.offences, _sort_offences(checked, spans, rules), arm=arm, person=checked.offence_person
        ),
        spells=sorted_rows(
            checked.spells, spells.finish(SpellBucket.USED), arm=arm, person=checked.spell_person
        ),
    )


def _sort_offences(checked: Checked, spans: Spans, rules: ReoffendingRules) -> Codes:
    bucket = np.empty(len(checked.offences), np.int8)
    proven_by = np.isin(np.arange(len(Proof)), [int(proof) for proof in rules.proven_by])
    wide = Spans(
        *(_last(days) for days in (spans.index_on, spans.zero, spans.start, spans.stop, spans.proven_before))
    )
    for begin in range(0, len(bucket), _BLOCK):
        part = slice(begin, begin + _BLOCK)
        bucket[part] = _sort_block(checked, part, wide, proven_by)
    return bucket


def _sort_block(checked: Checked, part: slice, spans: Spans, proven_by: Flags) -> Codes:
    offences, person = checked.offences, checked.offence_person[part]
    on, proven, outcome = offences.on[part], offences.proven[part], offences.outcome[part]
    zero, proven_before = spans.zero[person], spans.proven_before[person]
    counts = proven_by[np.clip(outcome, 0, len(Proof) - 1)]
    pseudo = counts & offences.recordable[part] & ~offences.breach[part]
    pseudo &= (proven >= zero) & (proven < proven_before)
    sorting = Sorting(checked.offence_bucket[part])
    sorting.put(OffenceBucket.NOT_IN_COHORT, np.isnat(zero))
    sorting.put(OffenceBucket.PSEUDO_RECONVICTION, (on < zero) & pseudo)
    sorting.put(OffenceBucket.HISTORY, on < zero)
    sorting.put(OffenceBucket.ON_INDEX_DAY, on < spans.start[person])
    sorting.put(OffenceBucket.AFTER_FOLLOW_UP, on >= spans.stop[person])
    sorting.put(OffenceBucket.BREACH, offences.breach[part])
    sorting.put(OffenceBucket.NOT_RECORDABLE, ~offences.recordable[part])
    sorting.put(OffenceBucket.NOT_PROVEN, outcome == int(Proof.NOT_PROVEN))
    sorting.put(OffenceBucket.OUTCOME_NOT_COUNTED, ~counts)
    sorting.put(OffenceBucket.PROVEN_TOO_LATE, proven >= proven_before)
    return sorting.finish(OffenceBucket.COUNTED)


def _last(days: Days) -> Days:
    """Return the days with NaT for nobody, the person of row -1, at the end."""
    wide: Days = np.append(days, _NEVER)
    return wide
