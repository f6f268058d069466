"""Metrics as OpenMetrics text: counts, ages and durations. No person, device, activation or place is in a label."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from throughcare.kernel.time import DAY_US, HOUR_US, SECOND_US
from throughcare.service.access.queries import opened_since
from throughcare.service.desk.queries import arrivals
from throughcare.service.monitoring.measures import (
    incidents_by_kind,
    recorded_at,
    recording_delays_s,
    rejects_by_reason,
    standing_still,
    waiting,
)
from throughcare.service.operations.chores import AUDIT_LOG, RunOutcome, is_overdue
from throughcare.service.operations.queries import FORGOTTEN_US, chores, last_run, worker_beats
from throughcare.service.operations.tally import BUCKETS_S, TALLY, SurfaceCounts
from throughcare.service.outbox.queries import backlog

CONTENT_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8"
_QUANTILES = (0.5, 0.99)


@dataclass(frozen=True, slots=True)
class Sample:
    """One number: the suffix of its family's name, its labels, its value."""

    suffix: str
    labels: tuple[tuple[str, str], ...]
    value: float


@dataclass(frozen=True, slots=True)
class Family:
    """Numbers of one meaning. ``kind`` is OpenMetrics's: counter, gauge, histogram, summary."""

    name: str
    kind: str
    words: str
    samples: tuple[Sample, ...]


def metrics_text(*, now_us: int) -> str:
    """Return every family as OpenMetrics text, in a fixed order."""
    families = [
        *_intake(now_us),
        *_outcomes(now_us),
        *_desk(now_us),
        *_notices(now_us),
        *_emergency(now_us),
        *_workers(now_us),
        *_chores(now_us),
        *_requests(TALLY.counts()),
    ]
    lines = [line for family in families for line in _lines(family)]
    return "\n".join([*lines, "# EOF", ""])


def _intake(now_us: int) -> Iterator[Family]:
    found = waiting()
    age_s = 0.0 if found.oldest_us is None else (now_us - found.oldest_us) / SECOND_US
    yield _gauge("inbox_items", "Deliveries that wait to be evaluated.", [((), found.items)])
    yield _gauge("inbox_oldest_age_seconds", "Age of the oldest delivery that waits.", [((), age_s)])
    reasons = rejects_by_reason(since_us=now_us - HOUR_US)
    rows = [((("reason", reason),), number) for reason, number in reasons.items()]
    yield _gauge("rejects_last_hour", "Records refused in the last hour, by reason.", rows)
    yield _gauge(
        "activations_standing_still", "Activations that cannot be evaluated.", [((), standing_still())]
    )


def _outcomes(now_us: int) -> Iterator[Family]:
    kinds = incidents_by_kind(since_us=now_us - HOUR_US)
    rows = [((("kind", kind),), number) for kind, number in kinds.items()]
    yield _gauge("incidents_last_hour", "Incidents detected in the last hour, by kind.", rows)
    yield _summary(
        "incident_recording_seconds",
        "From an incident's detection, in event time, to its record; of the last hour.",
        [((), recording_delays_s(since_us=now_us - HOUR_US))],
    )


def _desk(now_us: int) -> Iterator[Family]:
    since_us = now_us - DAY_US
    came = arrivals(since_us=since_us)
    recorded = recorded_at(each.incident_id for each in came)
    stages: dict[str, list[float]] = {"record": [], "desk": [], "acknowledged": []}
    for each in came:
        recorded_us = recorded.get(each.incident_id, each.opened_us)
        if each.opened_us >= since_us:
            stages["record"].append((recorded_us - each.start_us) / SECOND_US)
            stages["desk"].append((each.opened_us - recorded_us) / SECOND_US)
        if each.acknowledged_us is not None and each.acknowledged_us >= since_us:
            stages["acknowledged"].append((each.acknowledged_us - each.opened_us) / SECOND_US)
    yield _summary(
        "desk_stage_seconds",
        "From the stage before: violation to record, record to desk, desk to first acknowledgement; of the last day.",
        [((("stage", stage),), seconds) for stage, seconds in stages.items()],
    )


def _notices(now_us: int) -> Iterator[Family]:
    found = backlog()
    age_s = 0.0 if found.oldest_us is None else (now_us - found.oldest_us) / SECOND_US
    yield _gauge("outbox_items", "Notices that wait to leave.", [((), found.waiting)])
    yield _gauge("outbox_oldest_age_seconds", "Age of the oldest notice that waits.", [((), age_s)])
    yield _gauge("outbox_abandoned", "Notices that were given up.", [((), found.abandoned)])


def _emergency(now_us: int) -> Iterator[Family]:
    found = opened_since(now_us - DAY_US)
    since_us = now_us - DAY_US
    told_s = [each.told_after_s for each in found if each.told_us is not None and each.at_us >= since_us]
    yield _summary(
        "break_glass_told_seconds",
        "From a record opened in an emergency to a senior who knows; of those of the last day.",
        [((), [seconds for seconds in told_s if seconds is not None])],
    )
    late = sum(each.told_us is None and each.is_told_late(now_us) for each in found)
    yield _gauge("break_glass_untold_late", "Openings of which no senior was told in time.", [((), late)])
    overdue = sum(each.is_overdue(now_us) for each in found)
    yield _gauge("break_glass_reviews_overdue", "Reviews of openings that are overdue.", [((), overdue)])


def _workers(now_us: int) -> Iterator[Family]:
    beats = [beat for beat in worker_beats(since_us=now_us - FORGOTTEN_US) if beat.stopped_us is None]
    ages = [((("worker", beat.worker),), (now_us - beat.beat_us) / SECOND_US) for beat in beats]
    yield _gauge("worker_silent_seconds", "Time since a worker's last sign of life.", ages)
    longest = [((("worker", beat.worker),), beat.longest_pass_s) for beat in beats]
    yield _gauge("worker_longest_pass_seconds", "A worker's longest pass since it started.", longest)
    passes = [
        sample
        for beat in beats
        for sample in (
            Sample("_count", (("worker", beat.worker),), beat.passes),
            Sample("_sum", (("worker", beat.worker),), beat.busy_s),
        )
    ]
    yield Family(
        "throughcare_worker_pass_seconds",
        "summary",
        "Passes that did something, and their time.",
        tuple(passes),
    )
    yield _family(
        "worker_busy_seconds",
        "counter",
        "Time that a worker spent in passes.",
        [((("worker", beat.worker),), beat.busy_s) for beat in beats],
    )
    yield _family(
        "worker_done",
        "counter",
        "What a worker did, by task.",
        [
            ((("worker", beat.worker), ("task", task)), number)
            for beat in beats
            for task, number in sorted(beat.done.items())
        ],
    )


def _chores(now_us: int) -> Iterator[Family]:
    found = chores()
    ages = [
        ((("chore", chore.name),), (now_us - (chore.done_us or chore.made_us)) / SECOND_US) for chore in found
    ]
    yield _gauge("chore_age_seconds", "Time since a chore was last done, or first due.", ages)
    late = [((("chore", chore.name),), float(is_overdue(chore, now_us=now_us))) for chore in found]
    yield _gauge("chore_overdue", "1 where a chore is overdue.", late)
    run = last_run(AUDIT_LOG)
    counts = {} if run is None else run.counts
    took = [((), counts["milliseconds"] / 1000)] if "milliseconds" in counts else []
    yield _gauge("audit_verification_seconds", "How long the last proof of the whole audit log took.", took)
    entries = [((), float(counts["entries"]))] if "entries" in counts else []
    yield _gauge("audit_verified_entries", "How many entries it checked.", entries)
    broken = [] if run is None else [((), float(run.outcome == RunOutcome.FAILED))]
    yield _gauge("audit_verification_failed", "1 where the last proof failed.", broken)


def _requests(counted: Sequence[SurfaceCounts]) -> Iterator[Family]:
    yield _family(
        "http_answers",
        "counter",
        "Answers, by part of the service and class of status.",
        [
            ((("part", counts.surface), ("status", status)), number)
            for counts in counted
            for status, number in counts.by_status.items()
        ],
    )
    samples: list[Sample] = []
    for counts in counted:
        part, total = ("part", counts.surface), 0
        for limit_s, number in zip(BUCKETS_S, counts.within, strict=True):
            total += number
            le = "+Inf" if limit_s == float("inf") else f"{limit_s:g}"
            samples.append(Sample("_bucket", (part, ("le", le)), total))
        samples += [Sample("_count", (part,), total), Sample("_sum", (part,), counts.sum_s)]
    yield Family(
        "throughcare_http_answer_seconds", "histogram", "Time to an answer, by part.", tuple(samples)
    )


Labels = tuple[tuple[str, str], ...]
Rows = Iterable[tuple[Labels, float]]


def _gauge(name: str, words: str, rows: Rows) -> Family:
    return _family(name, "gauge", words, rows)


def _summary(name: str, words: str, rows: Iterable[tuple[Labels, Iterable[float]]]) -> Family:
    samples: list[Sample] = []
    for labels, seconds in rows:
        ordered = sorted(seconds)
        if ordered:
            samples += [
                Sample("", (*labels, ("quantile", f"{share:g}")), quantile(ordered, share))
                for share in _QUANTILES
            ]
        samples += [Sample("_count", labels, len(ordered)), Sample("_sum", labels, sum(ordered))]
    return Family(f"throughcare_{name}", "summary", words, tuple(samples))


def _family(name: str, kind: str, words: str, rows: Rows) -> Family:
    suffix = "_total" if kind == "counter" else ""
    samples = tuple(Sample(suffix, labels, value) for labels, value in rows)
    return Family(f"throughcare_{name}", kind, words, samples)


def _lines(family: Family) -> Iterator[str]:
    yield f"# TYPE {family.name} {family.kind}"
    yield f"# HELP {family.name} {family.words}"
    for sample in family.samples:
        labels = ",".join(f'{name}="{_escaped(value)}"' for name, value in sample.labels)
        yield f"{family.name}{sample.suffix}{'{' + labels + '}' if labels else ''} {sample.value:g}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def quantile(ordered: Sequence[float], share: float) -> float:
    """Return the value below which a share of some ordered values lies; there is at least one."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
