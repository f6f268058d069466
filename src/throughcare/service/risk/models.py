"""Assessments: the own view, every answer as it was given, every look at the scores, disputes and decisions.

Own views, answers and consultations are never changed: triggers in the database refuse it, whoever asks.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Assessment(models.Model):
    """One assessment of one person; at most one of a person is under way. ``state`` changes by compare-and-set."""

    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="assessments")
    begun_us = models.BigIntegerField()
    begun_by = models.CharField(max_length=80)
    assessed_on = models.DateField()
    state = models.CharField(max_length=20)  # an AssessmentState
    decided_us = models.BigIntegerField(null=True)
    reoffending_level = models.CharField(max_length=20, blank=True)  # as decided, for lists
    harm_level = models.CharField(max_length=20, blank=True)
    ended_words = models.CharField(max_length=500, blank=True)

    class Meta:
        """Read by person; one under way a person."""

        indexes: ClassVar = [models.Index(fields=["person", "state", "decided_us"])]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(state__in=["begun", "open", "waiting"]),
                name="one_assessment_under_way",
            )
        ]


class OwnView(models.Model):
    """What an officer judged before any score of the assessment was shown. Written once."""

    assessment = models.OneToOneField(Assessment, on_delete=models.PROTECT, related_name="view")
    at_us = models.BigIntegerField()
    by = models.CharField(max_length=80)
    reoffending_level = models.CharField(max_length=20)
    reoffending_words = models.CharField(max_length=2000)
    harm_level = models.CharField(max_length=20)
    harm_words = models.CharField(max_length=2000)


class AnswerRow(models.Model):
    """One answer as it was given; the newest of an item holds. An empty value means that it is not known any more.

    ``shown`` are the facts of the record that were on the page beside the question.
    """

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="answers")
    item = models.CharField(max_length=60)
    value = models.CharField(max_length=80, blank=True)
    source = models.CharField(max_length=20)
    recorded_on = models.DateField(null=True)
    at_us = models.BigIntegerField()
    by = models.CharField(max_length=80)
    shown = models.JSONField(default=list)

    class Meta:
        """Read by assessment, in the order in which they came."""

        indexes: ClassVar = [models.Index(fields=["assessment", "item", "id"])]


class Dispute(models.Model):
    """A fact that the person says is wrong: both values stay; a reviewer says which one is used."""

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="disputes")
    item = models.CharField(max_length=60)
    recorded = models.CharField(max_length=80)
    claimed = models.CharField(max_length=80)
    words = models.CharField(max_length=1000)
    raised_us = models.BigIntegerField()
    raised_by = models.CharField(max_length=80)
    state = models.CharField(max_length=20)  # a DisputeState
    reviewed_us = models.BigIntegerField(null=True)
    reviewed_by = models.CharField(max_length=80, blank=True)
    review_words = models.CharField(max_length=1000, blank=True)

    class Meta:
        """One open dispute of a fact."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["assessment", "item"], condition=Q(state="open"), name="one_open_dispute_of_a_fact"
            )
        ]


class Consultation(models.Model):
    """One look at the scores: by whom, why, on which answers, with which versions, and what it said. Never changed.

    ``answers`` are the inputs whole, so that the sheet can be worked out again; ``claimed`` are the person's values
    of the facts that were in dispute then.
    """

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="consultations")
    view = models.ForeignKey(OwnView, on_delete=models.PROTECT, related_name="consultations")
    at_us = models.BigIntegerField()
    by = models.CharField(max_length=80)
    by_role = models.CharField(
        max_length=200
    )  # in words, as it was then: what the person is told of who looked
    purpose = models.CharField(max_length=40)
    inputs_hash = models.CharField(max_length=64)
    answers = models.JSONField(default=dict)
    claimed = models.JSONField(default=dict)
    versions = models.JSONField(default=dict)
    scores = models.JSONField(default=dict)

    class Meta:
        """Read by assessment, the newest first."""

        indexes: ClassVar = [models.Index(fields=["assessment", "at_us"])]


class Decision(models.Model):
    """What an officer decided on a consultation; a second person signs or sends back what the rules say needs two."""

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="decisions")
    consultation = models.ForeignKey(Consultation, on_delete=models.PROTECT, related_name="decisions")
    reoffending_level = models.CharField(max_length=20)
    harm_level = models.CharField(max_length=20)
    reoffending_band = models.CharField(max_length=60, blank=True)  # levels; several where one was not stable
    harm_band = models.CharField(max_length=60, blank=True)
    compared_with = models.JSONField(default=dict)  # question -> instrument
    direction = models.CharField(max_length=20)  # a Direction
    reasons = models.JSONField(default=list)  # OverrideReasons
    words = models.CharField(max_length=2000, blank=True)
    used = models.JSONField(default=dict)  # disputed item -> which value was used
    second_why = models.CharField(
        max_length=300, blank=True
    )  # why a second person must sign; empty: nobody must
    proposed_us = models.BigIntegerField()
    proposed_by = models.CharField(max_length=80)
    signed_us = models.BigIntegerField(null=True)
    signed_by = models.CharField(max_length=80, blank=True)
    returned_us = models.BigIntegerField(null=True)
    returned_by = models.CharField(max_length=80, blank=True)
    returned_words = models.CharField(max_length=500, blank=True)

    class Meta:
        """One decision at a time waits or holds, and two people sign."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["assessment"],
                condition=Q(returned_us__isnull=True),
                name="one_decision_of_an_assessment",
            ),
            models.CheckConstraint(
                condition=~Q(signed_by=models.F("proposed_by")) | Q(second_why=""),
                name="second_signature_of_another",
            ),
        ]
