"""Which decisions and disputed facts wait for a second person. Limited access applies in the question itself."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from throughcare.service.accounts.queries import display_names
from throughcare.service.people.queries import visible_people
from throughcare.service.risk.models import Decision, Dispute
from throughcare.service.risk.vocabulary import AssessmentState, DisputeState
from throughcare.service.viewer import Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One thing that waits: about whom, what, since when, from whom."""

    ref: str
    name: str
    assessment_id: int
    dispute_id: int | None
    words: str
    since_us: int
    by: str


def waiting(viewer: Viewer, *, now_us: int) -> list[Waiting]:
    """Return what waits for this viewer, the oldest first: nothing that they proposed or raised themselves."""
    decisions, disputes = _rows(viewer, now_us)
    people = "assessment__person"
    found = [
        Waiting(
            ref=row.assessment.person.ref,
            name=row.assessment.person.display_name,
            assessment_id=row.assessment_id,
            dispute_id=None,
            words=f"Sign a decision. {row.second_why}",
            since_us=row.proposed_us,
            by=row.proposed_by,
        )
        for row in decisions.select_related(people)
    ] + [
        Waiting(
            ref=row.assessment.person.ref,
            name=row.assessment.person.display_name,
            assessment_id=row.assessment_id,
            dispute_id=row.pk,
            words="Review a disputed fact.",
            since_us=row.raised_us,
            by=row.raised_by,
        )
        for row in disputes.select_related(people)
    ]
    names = display_names({each.by for each in found})
    shown = [_named(each, names) for each in found]
    return sorted(shown, key=lambda each: (each.since_us, each.assessment_id))


def _rows(viewer: Viewer, now_us: int) -> tuple[QuerySet[Decision], QuerySet[Dispute]]:
    seen = visible_people(viewer, now_us=now_us).values("pk")
    decisions = Decision.objects.filter(
        returned_us__isnull=True,
        assessment__state=AssessmentState.WAITING,
        assessment__person_id__in=seen,
    ).exclude(proposed_by=viewer.actor)
    disputes = Dispute.objects.filter(state=DisputeState.OPEN, assessment__person_id__in=seen)
    return decisions, disputes.exclude(raised_by=viewer.actor)


def _named(item: Waiting, names: dict[str, str]) -> Waiting:
    return Waiting(**{name: getattr(item, name) for name in Waiting.__slots__} | {"by": names[item.by]})
