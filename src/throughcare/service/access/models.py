"""Limited access: exclusions, restrictions and break-glass."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Exclusion(models.Model):
    """A member of staff who may not open the person's record, such as a relative."""

    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="exclusions")
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="exclusions")
    from_us = models.BigIntegerField()
    to_us = models.BigIntegerField(null=True)
    message = models.CharField(max_length=300, blank=True)
    set_by = models.CharField(max_length=80)

    class Meta:
        """Asked by user at every page."""

        indexes: ClassVar = [models.Index(fields=["user", "from_us"])]


class Restriction(models.Model):
    """A member of staff on the list of a restricted person: while a list is live, nobody else may look."""

    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="restrictions")
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="restrictions")
    from_us = models.BigIntegerField()
    to_us = models.BigIntegerField(null=True)
    message = models.CharField(max_length=300, blank=True)
    set_by = models.CharField(max_length=80)

    class Meta:
        """Asked by person and by user."""

        indexes: ClassVar = [models.Index(fields=["user", "from_us"]), models.Index(fields=["person"])]


class BreakGlass(models.Model):
    """A record opened in an emergency beyond the viewer's reach: why, until when, and what a senior made of it."""

    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="break_glass")
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="break_glass")
    purpose = models.CharField(max_length=40)
    reason = models.CharField(max_length=500)
    at_us = models.BigIntegerField()
    until_us = models.BigIntegerField()
    told_us = models.BigIntegerField(null=True)  # when a senior was first told
    told_by = models.CharField(max_length=80, blank=True)  # the senior who saw it, or "notice"
    review_due_us = models.BigIntegerField()
    reviewed_by = models.CharField(max_length=80, blank=True)
    reviewed_us = models.BigIntegerField(null=True)
    review_outcome = models.CharField(max_length=40, blank=True)
    review_note = models.CharField(max_length=500, blank=True)

    class Meta:
        """Asked by user at every page, and by what is still to be reviewed."""

        indexes: ClassVar = [
            models.Index(fields=["user", "until_us"]),
            models.Index(fields=["reviewed_us"]),
            models.Index(fields=["told_us"]),
        ]
