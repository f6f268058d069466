"""The people under supervision and who works with them. Equality fields stand apart: they decide nothing."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Organisation(models.Model):
    """A probation region, a monitoring contractor, a prison, a court, a police force."""

    name = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=40)


class Team(models.Model):
    """A team within an organisation; people are assigned to one."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="teams")
    name = models.CharField(max_length=200)

    class Meta:
        """One name within its organisation."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "name"], name="team_name_in_organisation")
        ]


class Person(models.Model):
    """A person under supervision. ``ref`` is the opaque reference that orders, facts and logs carry."""

    ref = models.CharField(max_length=64, unique=True)
    given_name = models.CharField(max_length=100)
    middle_names = models.CharField(max_length=200, blank=True)
    family_name = models.CharField(max_length=100)
    preferred_name = models.CharField(max_length=100, blank=True)
    date_of_birth = models.DateField()
    sex = models.CharField(max_length=20)
    language = models.CharField(max_length=10, default="en")
    interpreter_language = models.CharField(max_length=60, blank=True)
    safety_note = models.CharField(max_length=500, blank=True)
    created_us = models.BigIntegerField()
    revision = models.PositiveIntegerField(default=0)  # compared and set at every change of the record

    class Meta:
        """Searched by family name."""

        indexes: ClassVar = [models.Index(fields=["family_name", "given_name"])]

    @property
    def display_name(self) -> str:
        """The name by which staff know the person."""
        return f"{self.preferred_name or self.given_name} {self.family_name}"


class Identifier(models.Model):
    """A number that another system gives the person; its format is checked by ``people.identifiers``."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="identifiers")
    kind = models.CharField(max_length=30)
    value = models.CharField(max_length=60)

    class Meta:
        """One number means one person."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "value"], name="identifier_of_one_person")
        ]


class Alias(models.Model):
    """Another name by which the person is known."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="aliases")
    name = models.CharField(max_length=200)


class ContactPoint(models.Model):
    """A way to reach the person, when it is safe to use and whether they agreed."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="contact_points")
    kind = models.CharField(max_length=20)  # mobile, phone, email, address
    value = models.CharField(max_length=300)
    label = models.CharField(max_length=100, blank=True)
    verified_us = models.BigIntegerField(null=True)
    safe_hours = models.CharField(max_length=100, blank=True)
    consent = models.BooleanField(default=False)
    ended_us = models.BigIntegerField(null=True)


class AccessNeed(models.Model):
    """What the person needs so that they can take part: hearing, reading, mobility and the like."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="access_needs")
    kind = models.CharField(max_length=50)
    note = models.CharField(max_length=300, blank=True)


class EqualityRecord(models.Model):
    """Special-category fields for fairness reports only: no page of a person shows them, no model reads them."""

    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="equality")
    ethnicity = models.CharField(max_length=60, blank=True)
    disability = models.CharField(max_length=60, blank=True)
    religion = models.CharField(max_length=60, blank=True)
    gender_identity = models.CharField(max_length=60, blank=True)
    sexual_orientation = models.CharField(max_length=60, blank=True)
    recorded_us = models.BigIntegerField()


class PersonChange(models.Model):
    """One change of a record: which part, what it said before and after, who made it and when. Never edited.

    Equality fields are not kept here: that somebody recorded them is in the log, what they say nowhere else.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="changes")
    at_us = models.BigIntegerField()
    by = models.CharField(max_length=80)
    part = models.CharField(max_length=40)
    before = models.CharField(max_length=600, blank=True)
    after = models.CharField(max_length=600, blank=True)

    class Meta:
        """Read by person, the newest first."""

        indexes: ClassVar = [models.Index(fields=["person", "at_us"])]


class Assignment(models.Model):
    """Which team and officer work with the person, from when to when."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="assignments")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="assignments")
    officer = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="cases")
    from_us = models.BigIntegerField()
    to_us = models.BigIntegerField(null=True)

    class Meta:
        """Asked by team and by officer at every page."""

        indexes: ClassVar = [
            models.Index(fields=["team", "to_us"]),
            models.Index(fields=["officer", "to_us"]),
        ]
