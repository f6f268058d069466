"""Metrics as OpenMetrics text: counts, ages and durations. No person, device, activation or place is in a label."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from throughcare.kernel.time import HOUR_US, SECOND_US
from throughcare.service.monitoring.measures import (
    incidents_by_kind,
    recording_delays_s,
    rejects_by_reason,
    standing_still,
    waiting,
)
from throughcare.service.operations.queries import FORGOTTEN_US, worker_beats
from throughcare.service.operations.tally import BUCKETS_S, TALLY, SurfaceCounts

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
    families = [*_intake(now_us), *_outcomes(now_us), *_workers(now_us), *_requests(TALLY.counts())]
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
    delays_s = sorted(recording_delays_s(since_us=now_us - HOUR_US))
    samples = [
        Sample("", (("quantile", f"{share:g}"),), _quantile(delays_s, share))
        for share in _QUANTILES
        if delays_s
    ]
    yield Family(
        "throughcare_incident_recording_seconds",
        "summary",
        "From an incident's detection, in event time, to its record; of the last hour.",
        (*samples, Sample("_count", (), len(delays_s)), Sample("_sum", (), sum(delays_s))),
    )


def _workers(now_us: int) -> Iterator[Family]:
    beats = [beat for beat in worker_beats(since_us=now_us - FORGOTTEN_US) if beat.stopped_us is None]
    ages = [((("worker", beat.worker),), (now_us - beat.beat_us) / SECOND_US) for beat in beats]
    yield _gauge("worker_silent_seconds", "Time since a worker's last sign of life.", ages)
    longest = [((("worker", beat.worker),), beat.longest_pass_s) for beat in beats]
    yield _gauge("worker_longest_pass_seconds", "A worker's longest pass since it started.", longest)
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


Rows = Iterable[tuple[tuple[tuple[str, str], ...], float]]


def _gauge(name: str, words: str, rows: Rows) -> Family:
    return _family(name, "gauge", words, rows)


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


def _quantile(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
